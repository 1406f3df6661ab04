package checkpoint_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pongpg/trainer/checkpoint"
)

// three is a run with checkpoints 1, 2 and 3, and a line of metrics for each.
func three(t *testing.T) *checkpoint.Run {
	run := newRun(t)
	for update := range int64(3) {
		must(t, run.Metrics().Append(update+1)) // 2 bytes
		must(t, run.Save(update+1, small(update+1), false))
	}
	return run
}

func TestLatestFallsBack(t *testing.T) {
	overwrite := func(b []byte) func(t *testing.T, path string) {
		return func(t *testing.T, path string) { must(t, os.WriteFile(path, b, 0o666)) }
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, path string)
		kind  error
	}{
		{"flipped", func(t *testing.T, path string) { flipByte(t, path) }, checkpoint.ErrDamaged},
		{"empty", overwrite(nil), checkpoint.ErrEmpty},
		{"truncated", func(t *testing.T, path string) { must(t, os.Truncate(path, 150)) }, checkpoint.ErrTruncated},
		{"zeros", overwrite(make([]byte, 400)), checkpoint.ErrNotSafetensors},
		{"foreign", overwrite(craft(`{}`, "")), checkpoint.ErrForeign},
		{"another's", overwrite(encode(t, sample())), checkpoint.ErrInvalid},
		{"a directory", func(t *testing.T, path string) {
			must(t, os.Remove(path))
			must(t, os.Mkdir(path, 0o777))
		}, checkpoint.ErrNotSafetensors},
		{"dangling link", func(t *testing.T, path string) {
			must(t, os.Remove(path))
			if err := os.Symlink("nowhere", path); err != nil {
				t.Skip(err)
			}
		}, os.ErrNotExist},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := reopen(t, three(t))
			spoilt := checkpointPath(run, "checkpoint-000000003.safetensors")
			c.spoil(t, spoilt)
			if n := run.Newest(); n != 3 {
				t.Errorf("%d is the newest", n)
			}
			found, err := run.Latest()
			must(t, err)
			if found.Update != 2 || found.MetricsOffset != 4 || found.Path != checkpointPath(run, "checkpoint-000000002.safetensors") {
				t.Errorf("found update %d at %s", found.Update, found.Path)
			}
			if v, err := checkpoint.Values[int64](found.File.Tensor("w")); err != nil || v[1] != 4 {
				t.Errorf("w %v, %v", v, err)
			}
			if len(found.Skipped) != 1 {
				t.Fatalf("skipped %v", found.Skipped)
			}
			wantError(t, found.Skipped[0], c.kind, spoilt)

			// The run goes on from 2, and what was skipped is neither in the
			// way nor gone.
			must(t, run.Rewind(found))
			wantFile(t, run.MetricsPath(), "1\n2\n")
			must(t, run.Metrics().Append(3))
			must(t, run.Save(3, small(3), false))
			wantFiles(t, run, "checkpoint-000000001.safetensors", "checkpoint-000000002.safetensors",
				"checkpoint-000000003.safetensors", "checkpoint-000000003.safetensors.skipped")
			if found, err := run.Latest(); err != nil || found.Update != 3 || found.Skipped != nil {
				t.Errorf("latest %v, %v", found, err)
			}
			wantFile(t, run.MetricsPath(), "1\n2\n3\n")
		})
	}
}

// TestRewindKeepsAll: going back twice over the same update keeps both files
// that were there.
func TestRewindKeepsAll(t *testing.T) {
	run := three(t)
	for range 2 {
		run = reopen(t, run)
		found, err := checkpoint.Resolve(checkpointPath(run, "checkpoint-000000002.safetensors"))
		must(t, err)
		must(t, run.Rewind(found))
		must(t, run.Metrics().Append(3))
		must(t, run.Save(3, small(3), false))
	}
	wantFiles(t, run, "checkpoint-000000001.safetensors", "checkpoint-000000002.safetensors", "checkpoint-000000003.safetensors",
		"checkpoint-000000003.safetensors.skipped", "checkpoint-000000003.safetensors.skipped-2")
}

func TestLatestErrors(t *testing.T) {
	t.Run("none yet", func(t *testing.T) {
		run := newRun(t)
		_, err := run.Latest()
		wantError(t, err, checkpoint.ErrNoCheckpoint, run.Dir(), "wait for the first one", "another run")
		must(t, os.Remove(filepath.Join(run.Dir(), "checkpoints")))
		_, err = run.Latest()
		wantError(t, err, checkpoint.ErrNoCheckpoint)
	})
	t.Run("none good", func(t *testing.T) {
		run := three(t)
		must(t, run.Save(4, small(4), true)) // keeps 2, 3, 4
		for _, name := range files(t, run) {
			flipByte(t, checkpointPath(run, name))
		}
		_, err := run.Latest()
		wantError(t, err, checkpoint.ErrDamaged, "none of 3", "000000002", "000000003", "000000004", run.BestPath())
		if errors.Is(err, checkpoint.ErrNoCheckpoint) {
			t.Error("damaged checkpoints look like none: the caller would start again")
		}
	})
	// A newest checkpoint that cannot be judged is no reason to go back.
	t.Run("newer version", func(t *testing.T) {
		run := three(t)
		path := checkpointPath(run, "checkpoint-000000003.safetensors")
		b, err := os.ReadFile(path)
		must(t, err)
		b = seal(bytes.Replace(b, []byte(`"version":"1"`), []byte(`"version":"2"`), 1))
		must(t, os.WriteFile(path, b, 0o666))
		_, err = run.Latest()
		wantError(t, err, checkpoint.ErrNewer, path, "version 2", "upgrade pongpg")
	})
	t.Run("no permission", func(t *testing.T) {
		if os.Geteuid() == 0 || runtime.GOOS == "windows" {
			t.Skip("root reads what chmod forbids, and Windows has no chmod 0")
		}
		run := three(t)
		path := checkpointPath(run, "checkpoint-000000003.safetensors")
		must(t, os.Chmod(path, 0))
		_, err := run.Latest()
		wantError(t, err, os.ErrPermission, path, "check who may read")
	})
}

// TestLatestWhileTraining reads as another process does while checkpoints come
// and go.
func TestLatestWhileTraining(t *testing.T) {
	run := newRun(t)
	run.Keep = 1
	must(t, run.Save(1, small(1), false))
	done := make(chan error)
	go func() {
		var last int64
		for last < 100 {
			found, err := checkpoint.Resolve(run.Dir())
			if err == nil && (found.Update < last || found.Skipped != nil) {
				err = errors.Join(errors.New("went back or skipped"), errors.Join(found.Skipped...))
			}
			if err != nil {
				done <- err
				return
			}
			last = found.Update
		}
		done <- nil
	}()
	for update := int64(2); update <= 100; update++ {
		// Windows removes no file that is being read.
		if err := run.Save(update, small(update), false); !errors.Is(err, checkpoint.ErrPrune) {
			must(t, err)
		}
	}
	must(t, <-done)
}

func TestResolve(t *testing.T) {
	run := three(t)
	for path, want := range map[string]int64{
		run.Dir(): 3,
		checkpointPath(run, "checkpoint-000000002.safetensors"): 2,
	} {
		found, err := checkpoint.Resolve(path)
		if err != nil || found.Update != want {
			t.Errorf("%s: %v, %v; want update %d", path, found, err, want)
		}
	}
	plain := filepath.Join(t.TempDir(), "plain.safetensors")
	must(t, sample().WriteFile(plain))
	found, err := checkpoint.Resolve(plain)
	if err != nil || found.Update != -1 || found.MetricsOffset != -1 || found.Path != plain {
		t.Errorf("%v, %v", found, err)
	}

	_, err = checkpoint.Resolve(filepath.Join(run.Dir(), "none"))
	wantError(t, err, os.ErrNotExist, "none", "check the path")
	_, err = checkpoint.Resolve(filepath.Join(run.Dir(), "checkpoints"))
	wantError(t, err, checkpoint.ErrNoRun, "checkpoints", "name a run directory or a checkpoint file")
	_, err = checkpoint.Resolve(filepath.Join(run.Dir(), "config.json"))
	wantError(t, err, checkpoint.ErrNotSafetensors, "config.json", "pongpg train")
	_, err = checkpoint.Resolve(newRun(t).Dir())
	wantError(t, err, checkpoint.ErrNoCheckpoint)
}

func TestRewindErrors(t *testing.T) {
	t.Run("writes before Rewind", func(t *testing.T) {
		run := reopen(t, three(t))
		for name, err := range map[string]error{
			"Append": run.Metrics().Append(1), "Flush": run.Metrics().Flush(), "Sync": run.Metrics().Sync(),
			"Save": run.Save(4, small(4), false),
		} {
			if err == nil || !strings.Contains(err.Error(), "before Run.Rewind") {
				t.Errorf("%s before Rewind: %v", name, err)
			}
		}
		wantFile(t, run.MetricsPath(), "1\n2\n3\n")
	})
	t.Run("from nothing", func(t *testing.T) {
		run := newRun(t)
		must(t, run.Metrics().Append("lost"))
		run = reopen(t, run)
		must(t, run.Rewind(nil))
		wantFile(t, run.MetricsPath(), "")
		must(t, run.Save(0, small(0), false))
	})
	t.Run("nil with a checkpoint", func(t *testing.T) {
		run := reopen(t, three(t))
		err := run.Rewind(nil)
		wantError(t, err, err, "has checkpoints", "another --run")
	})
	t.Run("nil with a best", func(t *testing.T) {
		run := newRun(t)
		must(t, run.Save(1, small(1), true))
		must(t, os.Remove(checkpointPath(run, "checkpoint-000000001.safetensors")))
		run = reopen(t, run)
		if err := run.Rewind(nil); err == nil {
			t.Error("starting again would overwrite best.safetensors")
		}
	})
	t.Run("a file that is no run's", func(t *testing.T) {
		run := reopen(t, three(t))
		if err := run.Rewind(&checkpoint.Found{Path: "p", Update: -1, MetricsOffset: -1}); err == nil || !strings.Contains(err.Error(), "p does not say") {
			t.Errorf("error %v", err)
		}
	})
}
