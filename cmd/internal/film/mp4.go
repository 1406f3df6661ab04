package film

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"pongpg/cmd/internal/canvas"
)

// ffmpeg is the program that writes MP4.
const ffmpeg = "ffmpeg"

// mp4 is a film whose pictures go to ffmpeg as they come. ffmpeg must be able to go back in
// its file, so that it has one of its own.
type mp4 struct {
	size    Size
	timing  timing
	added   int
	dir     string
	command *exec.Cmd
	stdin   io.WriteCloser
	said    bytes.Buffer
	ended   bool
	line    []byte
}

func newMP4(ctx context.Context, size Size, speed float64) (Film, error) {
	path, err := exec.LookPath(ffmpeg)
	if err != nil {
		return nil, fmt.Errorf("MP4 is written by ffmpeg, which is not there (%w): install it (apt-get install ffmpeg, brew install ffmpeg), or name a .gif or .apng", err)
	}
	f := &mp4{size: size, timing: timingOf(MP4, speed)}
	if f.dir, err = os.MkdirTemp("", "pongpg-film-"); err != nil {
		return nil, fmt.Errorf("make a place for ffmpeg's file: %w; set TMPDIR to a directory that can be written", err)
	}
	unfinished.Store(f.dir, nil)
	f.command = exec.CommandContext(ctx, path, f.arguments()...)
	f.command.Stderr = &f.said
	if f.stdin, err = f.command.StdinPipe(); err == nil {
		err = f.command.Start()
	}
	if err != nil {
		f.ended = true
		return nil, errors.Join(fmt.Errorf("start ffmpeg: %w; name a .gif or .apng", err), f.Close())
	}
	return f, nil
}

func (f *mp4) path() string { return filepath.Join(f.dir, "film.mp4") }

// arguments are ffmpeg's: raw pictures come in; each pixel is enlarged as it is; the colours
// are those of BT.709, and said to be, so that players show them as they were.
func (f *mp4) arguments() []string {
	num, den := f.timing.seconds(f.timing.every) // of a picture that is shown
	return []string{
		"-loglevel", "error", "-y",
		"-f", "rawvideo", "-pix_fmt", "rgb24", "-s", fmt.Sprintf("%dx%d", f.size.Width, f.size.Height), "-r", fmt.Sprintf("%d/%d", den, num), "-i", "-",
		"-vf", fmt.Sprintf("scale=iw*%d:ih*%[1]d:flags=neighbor,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", f.size.Scale),
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
		"-c:v", "libx264", "-crf", "16", "-preset", "slow", "-movflags", "+faststart", f.path(),
	}
}

func (f *mp4) Add(m *canvas.Image) error {
	number := f.added
	f.added++
	if number%f.timing.every != 0 {
		return nil
	}
	f.line = f.line[:0]
	for _, c := range m.Pix {
		f.line = append(f.line, c[:]...)
	}
	if _, err := f.stdin.Write(f.line); err != nil {
		return f.end(err)
	}
	return nil
}

// end waits for ffmpeg, and returns what it says went wrong.
func (f *mp4) end(err error) error {
	f.ended = true
	err = errors.Join(err, f.stdin.Close())
	if failed := f.command.Wait(); failed != nil {
		err = failed // the pipe is broken because of it
	}
	if err == nil {
		return nil
	}
	if said := strings.Join(strings.Fields(f.said.String()), " "); said != "" {
		err = fmt.Errorf("%w: %s", err, said)
	}
	return fmt.Errorf("ffmpeg: %w; %s", err, advice(err.Error()))
}

// advice returns what to do after ffmpeg has failed, by what there is to read of it.
func advice(failure string) string {
	failure = strings.ToLower(failure)
	switch {
	case strings.Contains(failure, "file size limit"), strings.Contains(failure, "file too large"):
		return "raise the limit of a file's size (ulimit -f)"
	case strings.Contains(failure, "no space left"):
		return fmt.Sprintf("free some space in %s, or set TMPDIR to another directory", os.TempDir())
	}
	return "name a .gif or .apng, or another ffmpeg in PATH"
}

func (f *mp4) WriteTo(w io.Writer) (int64, error) {
	if err := f.end(nil); err != nil {
		return 0, err
	}
	file, err := os.Open(f.path())
	if err != nil {
		return 0, fmt.Errorf("ffmpeg has written no file: %w; name a .gif or .apng", err)
	}
	n, err := io.Copy(w, file)
	return n, errors.Join(err, file.Close())
}

// unfinished are the directories of films that have not been closed.
var unfinished sync.Map

// RemoveUnfinished removes what films that have not been closed have on disk. It is for a process that is
// about to exit.
func RemoveUnfinished() {
	unfinished.Range(func(dir, _ any) bool {
		_ = os.RemoveAll(dir.(string))
		return true
	})
}

func (f *mp4) Close() error {
	defer unfinished.Delete(f.dir)
	var err error
	if !f.ended {
		f.ended = true
		err = errors.Join(f.command.Process.Kill(), f.stdin.Close())
		_ = f.command.Wait() // it was killed
	}
	return errors.Join(err, os.RemoveAll(f.dir))
}
