//go:build linux && amd64 && cgo

package driver_test

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pongpg/cuda/driver"
)

// TestLinked builds a program that links gorgonia.org/cu in the ways that binaries are built,
// and looks at what comes out: it depends on no driver, offers its forwards to no
// library, starts where there is no driver, and takes one that is put there.
func TestLinked(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	good := buildFake(t, nil, nil)
	// A CUDA toolkit's libcuda.so in the linker's path, ahead of what the packages ask for,
	// and a compiler that records each library it is given, unless told otherwise.
	toolkit := buildFake(t, nil, nil)
	if err := os.Rename(filepath.Join(toolkit, "libcuda.so.1"), filepath.Join(toolkit, "libcuda.so")); err != nil {
		t.Fatal(err)
	}
	linker := filepath.Join(toolkit, "cc")
	script := fmt.Sprintf("#!/bin/sh\nexec %s -Wl,--no-as-needed -L%s \"$@\"\n", compiler(t), toolkit)
	if err := os.WriteFile(linker, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		args     []string
		pie, now bool
	}{
		{name: "default"},
		{name: "toolkit", args: []string{"-ldflags=-linkmode=external -extld=" + linker}},
		{name: "hardened", args: []string{"-buildmode=pie", "-trimpath", "-ldflags=-linkmode=external -extldflags=-Wl,-z,now,--export-dynamic"}, pie: true, now: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "toolkit" && !strings.Contains(os.Getenv("CGO_LDFLAGS"), "--as-needed") {
				t.Skip("CGO_LDFLAGS has no -Wl,--as-needed, which keeps the library out; run make test")
			}
			program := filepath.Join(t.TempDir(), "linked")
			args := append(append([]string{"build", "-buildvcs=false"}, c.args...), "-o", program, "./testdata/linked")
			if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
				t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
			}
			checkELF(t, program, c.pie, c.now)
			if out := run(t, program, good); !strings.Contains(out, "before: NotInitialized\npath: "+good+"/libcuda.so.1\nerror: <nil>\n") {
				t.Errorf("with a driver it prints\n%s", out)
			}
			if out := run(t, program, t.TempDir()); !strings.HasPrefix(out, "before: NotInitialized\npath: ") {
				t.Errorf("without a driver of ours it prints\n%s", out)
			}
		})
	}
}

// checkELF looks at a program's dependencies and symbols.
func checkELF(t *testing.T, program string, pie, now bool) {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(libraries, "libc.so.6") && !slices.ContainsFunc(libraries, func(s string) bool { return strings.Contains(s, "musl") }) {
		t.Errorf("the program needs %v: not even the C library", libraries)
	}
	for _, l := range libraries {
		if strings.Contains(l, "cuda") {
			t.Errorf("the program needs %s", l)
		}
	}
	ours := map[string]bool{}
	for e := range driver.Entry(driver.Entries) {
		ours[e.Name()] = true
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if ours[s.Name] || strings.HasPrefix(s.Name, "driver_") {
			t.Errorf("the program exports or imports %s", s.Name)
		}
	}
	if pie != (f.Type == elf.ET_DYN) {
		t.Errorf("type %v, position independent wanted: %v", f.Type, pie)
	}
	flags, err := f.DynValue(elf.DT_FLAGS)
	if err != nil {
		t.Fatal(err)
	}
	if now && (len(flags) == 0 || elf.DynFlag(flags[0])&elf.DF_BIND_NOW == 0) {
		t.Errorf("flags %v, want symbols bound at start", flags)
	}
}

// run runs a program with the libraries of a folder and returns what it prints.
func run(t *testing.T, program, libraries string) string {
	t.Helper()
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+libraries)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
