package film

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// pretend puts a script in ffmpeg's place, and a directory of its own in that of temporary
// files, which it returns.
func pretend(t *testing.T, script string) (temporary string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("ffmpeg's place is taken by a script of the shell")
	}
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, ffmpeg), []byte("#!/bin/sh\n"+script), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	if script == "" {
		t.Setenv("PATH", dir)
	}
	temporary = t.TempDir()
	t.Setenv("TMPDIR", temporary)
	return temporary
}

// leaves checks that no file is left behind.
func leaves(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestMP4 lets a script be ffmpeg, that keeps what it is given: the pictures that are due,
// with the rate that fits.
func TestMP4(t *testing.T) {
	for _, test := range []struct {
		speed float64
		every int
		rate  string
	}{{1, 1, "60/1"}, {0.125, 1, "15/2"}, {4, 4, "60/1"}} {
		temporary := pretend(t, `for last; do :; done; { echo "$@"; cat; } > "$last"`)
		list := shots(30)
		file := film(t, MP4, list, 2, test.speed)
		arguments, pixels, _ := bytes.Cut(file, []byte("\n"))
		var want []byte
		for i := 0; i < len(list); i += test.every {
			for _, c := range list[i].Pix {
				want = append(want, c[:]...)
			}
		}
		if !slices.Equal(pixels, want) {
			t.Errorf("speed %g: ffmpeg was given %d bytes, want %d, or others", test.speed, len(pixels), len(want))
		}
		if !strings.Contains(string(arguments), "-pix_fmt rgb24 -s 160x210 -r "+test.rate+" -i - -vf scale=iw*2:ih*2:flags=neighbor") {
			t.Errorf("speed %g: %s", test.speed, arguments)
		}
		leaves(t, temporary)
	}
}

// TestMP4Fails says what is wrong with an ffmpeg that is not there, fails at once, in the
// middle or at the end, or writes nothing.
func TestMP4Fails(t *testing.T) {
	for _, test := range []struct{ script, says string }{
		{"", "install it"},
		{"echo no such codec >&2; exit 1", "no such codec"},
		{"head -c 1000000 >/dev/null; echo disk full >&2; exit 1", "disk full"},
		{"cat >/dev/null; echo bad end >&2; exit 1", "bad end"},
		{"cat >/dev/null", "no file"},
	} {
		temporary := pretend(t, test.script)
		made, err := New(context.Background(), MP4, Size{160, 210, 1}, 1)
		if err == nil {
			for _, m := range shots(30) {
				if err = made.Add(m); err != nil {
					break
				}
			}
			if err == nil {
				_, err = made.WriteTo(&bytes.Buffer{})
			}
			if closed := made.Close(); closed != nil {
				t.Error(closed)
			}
		}
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), ".gif") {
			t.Errorf("%q: error %v", test.script, err)
		}
		leaves(t, temporary)
	}
	// A film that is not wanted any more leaves nothing.
	temporary := pretend(t, "cat >/dev/null")
	made, err := New(context.Background(), MP4, Size{1, 1, 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Close(); err != nil {
		t.Error(err)
	}
	leaves(t, temporary)
}

// TestRealMP4 has ffmpeg, where it is installed, decode what it wrote: the colours are right
// to what is lost.
func TestRealMP4(t *testing.T) {
	if _, err := exec.LookPath(ffmpeg); err != nil {
		t.Skip("no ffmpeg here")
	}
	list := shots(60)
	path := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(path, film(t, MP4, list, 2, 1), 0o666); err != nil {
		t.Fatal(err)
	}
	raw, err := exec.Command(ffmpeg, "-loglevel", "error", "-i", path, "-vf", "scale=in_color_matrix=bt709:in_range=tv,format=rgb24", "-f", "rawvideo", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	const size = 3 * 320 * 420
	// What the codec may lose of a colour in the middle of a surface: 2 was measured. With the
	// matrix of BT.601 the background is off by 7.
	const lost = 4
	for number, m := range list {
		for _, at := range [][2]int{{2, 20}, {80, 28}, {80, 100}, {80, 200}, {30, 4}} { // away from edges
			want := m.At(at[0], at[1])
			got := raw[number*size+3*(2*at[1]*320+2*at[0]):][:3]
			for k := range want {
				if d := int(got[k]) - int(want[k]); d < -lost || d > lost {
					t.Fatalf("picture %d: column %d, row %d is %v, want %v", number, at[0], at[1], got, want)
				}
			}
		}
	}
}
