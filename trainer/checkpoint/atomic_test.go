package checkpoint_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pongpg/trainer/checkpoint"
)

func writeText(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %.40q, %v; want %.40q", path, got, err, want)
	}
}

func TestWriteFileAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, text := range []string{"first", strings.Repeat("second", 1<<16), ""} {
		must(t, checkpoint.WriteFileAtomic(path, writeText(text)))
		wantFile(t, path, text)
	}
	plain := filepath.Join(dir, "plain")
	must(t, os.WriteFile(plain, nil, 0o666))
	got, err := os.Stat(path)
	must(t, err)
	want, err := os.Stat(plain)
	must(t, err)
	if got.Mode() != want.Mode() {
		t.Errorf("mode %v, a plain file has %v", got.Mode(), want.Mode())
	}
	if left := temps(t, dir); left != nil {
		t.Errorf("left %v", left)
	}
}

// TestWriteFileAtomicFails: whatever goes wrong, the old file is there and
// nothing else is.
func TestWriteFileAtomicFails(t *testing.T) {
	broken := errors.New("the 70000th byte fails")
	for _, c := range []struct {
		name  string
		write func(io.Writer) error
		kind  error
	}{
		{"before the first byte", func(io.Writer) error { return broken }, broken},
		{"after bytes that reached the disk", func(w io.Writer) error {
			return errors.Join(writeText(strings.Repeat("x", 70000))(w), broken)
		}, broken},
		{"a file that cannot be encoded", (&checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "w", DType: "F7"}}}).Write, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a")
			must(t, os.WriteFile(path, []byte("old"), 0o666))
			err := checkpoint.WriteFileAtomic(path, c.write)
			if err == nil || c.kind != nil && !errors.Is(err, c.kind) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %v about %s", err, c.kind, path)
			}
			wantFile(t, path, "old")
			if left := temps(t, dir); left != nil {
				t.Errorf("left %v", left)
			}
		})
	}
	t.Run("panic", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "a")
		must(t, os.WriteFile(path, []byte("old"), 0o666))
		func() {
			defer func() { recover() }()
			checkpoint.WriteFileAtomic(path, func(io.Writer) error { panic("in the caller") })
		}()
		wantFile(t, path, "old")
		if left := temps(t, dir); left != nil {
			t.Errorf("left %v", left)
		}
	})
	t.Run("target is a directory", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "a")
		must(t, os.MkdirAll(filepath.Join(path, "full"), 0o777))
		if err := checkpoint.WriteFileAtomic(path, writeText("x")); err == nil {
			t.Error("no error")
		}
		if left := temps(t, dir); left != nil {
			t.Errorf("left %v", left)
		}
	})
	t.Run("parent is a file", func(t *testing.T) {
		parent := filepath.Join(t.TempDir(), "a")
		must(t, os.WriteFile(parent, nil, 0o666))
		err := checkpoint.WriteFileAtomic(filepath.Join(parent, "b"), writeText("x"))
		if runtime.GOOS == "windows" {
			wantError(t, err, os.ErrNotExist)
		} else {
			wantError(t, err, err, parent, "choose another path")
		}
	})
	t.Run("no directory", func(t *testing.T) {
		err := checkpoint.WriteFileAtomic(filepath.Join(t.TempDir(), "none", "b"), writeText("x"))
		wantError(t, err, os.ErrNotExist, "none", "check the path")
	})
	t.Run("read-only directory", func(t *testing.T) {
		if os.Geteuid() == 0 || runtime.GOOS == "windows" {
			t.Skip("root writes where chmod forbids, and Windows has no such mode")
		}
		dir := t.TempDir()
		must(t, os.Chmod(dir, 0o555))
		t.Cleanup(func() { os.Chmod(dir, 0o777) })
		err := checkpoint.WriteFileAtomic(filepath.Join(dir, "b"), writeText("x"))
		wantError(t, err, os.ErrPermission, dir, "check who may read and write")
	})
}

// limited fails after n bytes, as a full disk does.
type limited struct {
	w io.Writer
	n int
}

var errFull = errors.New("injected: no space left")

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.n {
		n, _ := l.w.Write(b[:l.n])
		l.n = 0
		return n, errFull
	}
	l.n -= len(b)
	return l.w.Write(b)
}

// TestWriteFullAtEveryByte: wherever the space ends, Write says so.
func TestWriteFullAtEveryByte(t *testing.T) {
	f := sample()
	whole := encode(t, f)
	for n := range whole {
		var b bytes.Buffer
		if err := f.Write(&limited{&b, n}); !errors.Is(err, errFull) {
			t.Fatalf("space for %d of %d bytes: %v", n, len(whole), err)
		}
		if b.Len() != n || !bytes.Equal(b.Bytes(), whole[:n]) {
			t.Fatalf("space for %d bytes, %d written", n, b.Len())
		}
	}
}
