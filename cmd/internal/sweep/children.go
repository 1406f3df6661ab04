package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"pongpg/trainer/checkpoint"
)

// Outcome is how a run ended in this invocation.
type Outcome int

// The outcomes.
const (
	Done    Outcome = iota // it reached its limits, now or before
	Failed                 // it did not, and said why
	Stopped                // it was asked to stop, or not begun any more
)

// Children runs a plan's runs as processes.
type Children struct {
	Program string // train is its command
	// Began and Ended are called one at a time, in any order of runs. Ended's why is a Failed
	// run's.
	Began func(r *Run, resumed bool)
	Ended func(r *Run, o Outcome, why string)
}

// missed is train's exit status where another limit came before --until-return.
const missed = 3

// Run runs what is not finished, as many at a time as the plan says. When ctx is done it
// asks the children to stop, which they do after saving, and begins no other. It returns how
// many failed.
func (c *Children) Run(ctx context.Context, p *Plan) (failed int) {
	var mutex sync.Mutex
	ended := func(r *Run, o Outcome, why string) {
		mutex.Lock()
		defer mutex.Unlock()
		if o == Failed {
			failed++
		}
		c.Ended(r, o, why)
	}
	waiting := make(chan *Run, len(p.Runs))
	for _, r := range p.Runs {
		waiting <- r
	}
	close(waiting)
	var all sync.WaitGroup
	for range p.Jobs {
		all.Go(func() {
			for r := range waiting {
				if ctx.Err() != nil {
					ended(r, Stopped, "")
					continue
				}
				p.awaitLock(ctx, r)
				args, resumed, finished := p.next(r)
				if finished {
					ended(r, Done, "")
					continue
				}
				mutex.Lock()
				c.Began(r, resumed)
				mutex.Unlock()
				o, why := c.run(ctx, p, r, args)
				ended(r, o, why)
			}
		})
	}
	all.Wait()
	return failed
}

// lockPatience is for how long a run that another process trains is waited for: a sweep that
// was killed leaves children that are saving.
const lockPatience = 20 * time.Second

// awaitLock waits until no process trains a run. Should one go on for long, the child that
// follows says so.
func (p *Plan) awaitLock(ctx context.Context, r *Run) {
	deadline := time.Now().Add(lockPatience)
	for ctx.Err() == nil && time.Now().Before(deadline) && !p.finished(r) {
		held, err := checkpoint.OpenForResume(p.path(r))
		if err == nil {
			err = held.Close()
		}
		if !errors.Is(err, checkpoint.ErrLocked) {
			return // whatever else is wrong the child will say
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// next returns the arguments that take a run on from where it is.
func (p *Plan) next(r *Run) (args []string, resumed, finished bool) {
	if p.finished(r) {
		return nil, true, true
	}
	if _, err := os.Stat(filepath.Join(p.path(r), "config.json")); err == nil {
		return p.resume(r), true, false
	}
	return p.begin(r), false, false
}

// run runs one child to its end.
func (c *Children) run(ctx context.Context, p *Plan, r *Run, args []string) (Outcome, string) {
	err := os.Remove(p.failure(r))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	var said lastLine
	if err == nil {
		err = c.process(ctx, p.log(r), args, &said)
	}
	if exit := (*exec.ExitError)(nil); err == nil || errors.As(err, &exit) && exit.ExitCode() == missed {
		return Done, ""
	}
	if ctx.Err() != nil {
		return Stopped, ""
	}
	why := said.text()
	if why == "" {
		why = err.Error() // it ended by a signal, or did not begin
	}
	if err := os.WriteFile(p.failure(r), []byte(why+"\n"), 0o666); err != nil {
		why += "; " + err.Error()
	}
	return Failed, why
}

// process runs the program with its output added to a log, and with what it says on standard
// error noted.
func (c *Children) process(ctx context.Context, log string, args []string, said *lastLine) error {
	out, err := os.OpenFile(log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return fmt.Errorf("write its log: %w; make room for it", err)
	}
	defer out.Close()
	said.to = out
	child := exec.Command(c.Program, args...)
	child.Stdout, child.Stderr = out, said
	apart(child)
	if err := child.Start(); err != nil {
		return fmt.Errorf("start %s: %w; check that it is there", c.Program, err)
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			askToStop(child.Process)
		case <-ended:
		}
	}()
	err = child.Wait()
	close(ended)
	return err
}

// lastLine is a writer that keeps the last line.
type lastLine struct {
	to   *os.File
	tail []byte
}

// maxLine is more than any error is long.
const maxLine = 1 << 16

// Write implements io.Writer.
func (l *lastLine) Write(b []byte) (int, error) {
	l.tail = append(l.tail, b...)
	if len(l.tail) > maxLine {
		l.tail = bytes.Clone(l.tail[len(l.tail)-maxLine:])
	}
	return l.to.Write(b)
}

func (l *lastLine) text() string {
	whole := strings.TrimSpace(string(l.tail))
	return strings.TrimPrefix(whole[strings.LastIndexByte(whole, '\n')+1:], "pongpg: ")
}
