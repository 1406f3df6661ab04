//go:build linux || darwin

package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestDiskFull lets a resumed run fail to write its checkpoint. The one before is good,
// and the run goes on from it when there is room again.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "10"}, tiny...)...)
	before := latest(t, filepath.Join(dir, "r"))
	info, err := os.Stat(before.Path)
	if err != nil {
		t.Fatal(err)
	}
	// Half a checkpoint fits.
	limit := fileSizeLimit + "=" + strconv.FormatInt(info.Size()/2, 10)
	c := command(dir, []string{limit}, resume("r", "--updates", "60")...)
	finish(t, c).fail(t, statusError, "file too large", filepath.Base(before.Path))
	if got := latest(t, filepath.Join(dir, "r")); got.Update != before.Update || len(got.Skipped) > 0 {
		t.Errorf("the latest checkpoint is of update %d, skipped %v; want %d", got.Update, got.Skipped, before.Update)
	}
	succeed(t, dir, resume("r", "--updates", "60")...)
	succeed(t, dir, train("undisturbed")...)
	sameState(t, filepath.Join(dir, "r"), filepath.Join(dir, "undisturbed"))
}

// TestFileTooLarge says once what is wrong, with a remedy, and leaves nothing behind.
func TestFileTooLarge(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "2"}, tiny...)...)
	before := files(t, dir)
	for _, test := range []struct {
		args []string
		says []string
	}{
		{[]string{"watch", "r", "-o", "a.gif", "--seconds", "20"}, []string{"a.gif", "ulimit -f"}},
		{[]string{"watch", "r", "-o", "a.png", "--seconds", "20"}, []string{"a.png", "ulimit -f"}},
		{[]string{"weights", "r", "-o", "w.png"}, []string{"w.png", "ulimit -f"}},
		{[]string{"plot", "r", "--y", "sps", "-o", "p.svg"}, []string{"p.svg", "ulimit -f"}},
		{with([]string{"train", "--run", "new", "--updates", "5"}, tiny...), []string{"ulimit -f", "nothing has been saved", "pongpg train --resume new"}},
	} {
		r := finish(t, command(dir, []string{fileSizeLimit + "=4096"}, test.args...))
		r.fail(t, statusError, append(test.says, "file too large")...)
		if n := strings.Count(r.stderr, "file too large"); n != 1 || strings.Contains(r.stderr, ".tmp-") || strings.Contains(r.stderr, "another --run") {
			t.Errorf("%q says %s", test.args, r.stderr)
		}
	}
	left := slices.DeleteFunc(files(t, dir), func(name string) bool { return strings.HasPrefix(name, "new") })
	if !slices.Equal(left, before) {
		t.Errorf("left behind: %q, before %q", left, before)
	}
}

// TestReadOnly refuses a directory that may not be written to, and leaves nothing.
func TestReadOnly(t *testing.T) {
	parent := t.TempDir()
	// A user other than root must be able to get there: to dir, but not into it.
	for _, dir := range []string{parent, filepath.Dir(parent)} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(parent, "closed")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	var env []string
	if os.Getuid() == 0 {
		const nobody = 65534
		// Where go test -cover lets a command write.
		coverage := filepath.Join(parent, "coverage")
		if err := errors.Join(os.Mkdir(coverage, 0o777), os.Chmod(coverage, 0o777)); err != nil {
			t.Fatal(err)
		}
		env = append(env, userNumber+"="+strconv.Itoa(nobody), "GOCOVERDIR="+coverage)
	}
	c := command(dir, env, append(with([]string{"train", "--run", "r"}, tiny...), "--updates", "1")...)
	finish(t, c).fail(t, statusError, "permission denied", "who may read and write")
	c = command(dir, env, append(with([]string{"train"}, tiny...), "--updates", "1")...)
	finish(t, c).fail(t, statusError, "permission denied", "who may read and write")
	if left := files(t, dir); left != nil {
		t.Errorf("left behind: %q", left)
	}
}
