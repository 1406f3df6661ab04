package checkpoint_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pongpg/trainer/checkpoint"
)

func TestWriteDevFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	if err := sample().Write(full); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v, want %v", err, syscall.ENOSPC)
	}
}

// TestFullDisk fills a file system of 64 KiB: the run stops with a clear
// error, loses nothing, and goes on when there is space again.
func TestFullDisk(t *testing.T) {
	if os.Getpagesize() != 4096 {
		t.Skip("the sizes below count on pages of 4 KiB, here they have ", os.Getpagesize())
	}
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("this test mounts a small file system, which takes root: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	run, err := checkpoint.Create(filepath.Join(disk, "run"), nil)
	must(t, err)
	defer run.Close()
	must(t, run.Save(1, small(1), true))

	big := &checkpoint.File{Tensors: []checkpoint.Tensor{checkpoint.NewTensor("w", make([]uint8, 60<<10))}}
	for _, best := range []bool{false, true} {
		err = run.Save(2, big, best)
		wantError(t, err, syscall.ENOSPC, "save checkpoint 2", "free some space")
	}
	if left := temps(t, disk); left != nil {
		t.Errorf("left %v", left)
	}
	if best, err := checkpoint.Resolve(run.BestPath()); err != nil || best.Update != 1 {
		t.Errorf("best %v, %v; want update 1", best, err)
	}

	// Metrics: lines that found no space are written when there is some.
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 60<<10), 0o666); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk of 64 KiB is not full: %v", err)
	}
	line := strings.Repeat("x", 5000)
	must(t, run.Metrics().Append(line))
	wantError(t, run.Metrics().Flush(), syscall.ENOSPC, "append metrics", "free some space")
	wantError(t, run.Save(3, small(3), false), syscall.ENOSPC, "free some space")
	must(t, os.Remove(ballast))
	must(t, run.Save(3, small(3), false))
	wantFile(t, run.MetricsPath(), `"`+line+"\"\n")
	found, err := run.Latest()
	must(t, err)
	if found.Update != 3 || found.MetricsOffset != 5003 {
		t.Errorf("latest is %d with %d bytes of metrics, want 3 with 5003", found.Update, found.MetricsOffset)
	}
}
