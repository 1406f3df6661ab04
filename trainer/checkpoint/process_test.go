package checkpoint_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pongpg/trainer/checkpoint"
)

// helper starts this test binary as another process.
func helper(t *testing.T, mode, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperVariable+"="+mode+":"+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// line is a line of the metrics of saveForever.
type line struct {
	Update int64 `json:"update"`
}

// start creates the run in dir or resumes it, and returns the last update.
func start(dir string) (*checkpoint.Run, int64, error) {
	run, err := checkpoint.Create(dir, "kill me")
	if errors.Is(err, checkpoint.ErrRunExists) {
		run, err = checkpoint.OpenForResume(dir)
		if err != nil {
			return nil, 0, err
		}
		found, err := run.Latest()
		if errors.Is(err, checkpoint.ErrNoCheckpoint) {
			found = &checkpoint.Found{}
			err = run.Rewind(nil)
		} else if err == nil {
			err = errors.Join(append(found.Skipped, run.Rewind(found))...)
		}
		if err != nil {
			return nil, 0, errors.Join(err, run.Close())
		}
		return run, found.Update, nil
	}
	return run, 0, err
}

// saveForever trains, so to speak, until it is killed. Each save has two lines
// of metrics before it, one of them flushed.
func saveForever(dir string) error {
	run, update, err := start(dir)
	if err != nil {
		return err
	}
	for {
		update++
		f := small(update)
		f.Tensors = append(f.Tensors, checkpoint.NewTensor("ballast", make([]uint8, 100_000)))
		err := errors.Join(
			run.Metrics().Append(line{2*update - 1}),
			run.Metrics().Flush(),
			run.Metrics().Append(line{2 * update}),
			run.Save(update, f, update%3 == 0),
		)
		if err != nil {
			return err
		}
		if _, err := fmt.Println("saved", update); err != nil {
			return err
		}
	}
}

// TestKill kills a process that saves all the time, 30 times. Each time the run
// is whole, has at least what the process was told is saved, and goes on.
func TestKill(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	defer func() {
		if t.Failed() {
			t.Log("seed", seed)
		}
	}()
	dir := filepath.Join(t.TempDir(), "run")
	var newest int64
	for round := range 30 {
		cmd := helper(t, "save", dir)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		delay := time.Duration(random.IntN(20_000)) * time.Microsecond
		var promised int64
		scanner := bufio.NewScanner(out)
		if round%5 != 0 { // else kill it at any moment of its start
			scanner.Scan()
			fmt.Sscanf(scanner.Text(), "saved %d", &promised)
		}
		time.Sleep(delay)
		must(t, cmd.Process.Kill())
		for scanner.Scan() {
			fmt.Sscanf(scanner.Text(), "saved %d", &promised)
		}
		cmd.Wait()

		run, update, err := start(dir)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if update < promised || update < newest {
			t.Errorf("round %d: resumed at %d after %d was saved", round, update, max(promised, newest))
		}
		newest = update
		if left := temps(t, dir); left != nil {
			t.Errorf("round %d: left %v", round, left)
		}
		var want strings.Builder
		for n := range 2 * update {
			fmt.Fprintf(&want, "{\"update\":%d}\n", n+1)
		}
		wantFile(t, run.MetricsPath(), want.String())
		if update >= 3 {
			best, err := checkpoint.Resolve(run.BestPath())
			if err != nil || best.Update%3 != 0 || best.Update < update-2 {
				t.Errorf("round %d: best %v, %v at update %d", round, best, err, update)
			}
		}
		must(t, run.Close())
	}
	if newest == 0 {
		t.Error("no process saved anything")
	}
	t.Log("updates saved:", newest)
}

// holdLock opens the run and waits.
func holdLock(dir string) error {
	if _, err := checkpoint.OpenForResume(dir); err != nil {
		return err
	}
	fmt.Println("holding")
	time.Sleep(time.Minute)
	return errors.New("nobody killed the holder")
}

// TestLockTwoProcesses: the second is told who has the run, and the lock
// vanishes with a process that is killed.
func TestLockTwoProcesses(t *testing.T) {
	run := newRun(t)
	must(t, run.Save(1, small(1), false))
	must(t, run.Close())
	cmd := helper(t, "hold", run.Dir())
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	defer cmd.Process.Kill()
	bufio.NewScanner(out).Scan()

	_, err = checkpoint.OpenForResume(run.Dir())
	wantError(t, err, checkpoint.ErrLocked, run.Dir(), fmt.Sprintf("process %d on ", cmd.Process.Pid), "another --run")
	_, err = checkpoint.Create(run.Dir(), nil)
	wantError(t, err, checkpoint.ErrRunExists)
	if found, err := checkpoint.Resolve(run.Dir()); err != nil || found.Update != 1 {
		t.Errorf("reading a run in use: %v, %v", found, err)
	}
	must(t, os.Remove(filepath.Join(run.Dir(), "config.json"))) // as if it were being created
	must(t, os.Remove(checkpointPath(run, "checkpoint-000000001.safetensors")))
	_, err = checkpoint.Create(run.Dir(), nil)
	wantError(t, err, checkpoint.ErrLocked)
	must(t, os.WriteFile(filepath.Join(run.Dir(), "config.json"), []byte("1"), 0o666))

	must(t, cmd.Process.Kill())
	cmd.Wait()
	again, err := checkpoint.OpenForResume(run.Dir())
	must(t, err)
	must(t, again.Close())
}

func TestLockOneProcess(t *testing.T) {
	run := newRun(t)
	_, err := checkpoint.OpenForResume(run.Dir())
	wantError(t, err, checkpoint.ErrLocked, fmt.Sprintf("process %d on ", os.Getpid()))
	must(t, os.Truncate(filepath.Join(run.Dir(), "lock"), 0)) // not yet written
	_, err = checkpoint.OpenForResume(run.Dir())
	wantError(t, err, checkpoint.ErrLocked, "used by another process")
	reopen(t, run)
}
