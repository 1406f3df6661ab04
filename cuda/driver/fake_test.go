//go:build linux && amd64 && cgo

package driver_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/cu"

	"pongpg/cuda/driver"
)

// helper makes the test binary report what it finds instead of testing.
const helper = "PONGPG_TEST_DRIVER_REPORT"

// folder is where the test binary looks besides.
const folder = "PONGPG_TEST_DRIVER_FOLDER"

// report is what a process with a fake driver found.
type report struct {
	Before   string // what a call before Find returned
	Status   driver.Status
	Err      string
	NoDevice bool
	Graphs   bool
	After    map[string]string // what calls after Find returned
}

func TestMain(m *testing.M) {
	if os.Getenv(helper) == "" {
		os.Exit(m.Run())
	}
	driver.SetFolders(filepath.SplitList(os.Getenv(folder))...)
	var r report
	r.Before = fmt.Sprint(cu.Synchronize())
	r.Status = driver.Find()
	if again := driver.Find(); again.Path != r.Status.Path || again.Init != r.Status.Init {
		panic(fmt.Sprintf("found %+v, then %+v", r.Status, again))
	}
	err := r.Status.Err()
	r.Err, r.NoDevice, r.Graphs = fmt.Sprint(err), errors.Is(err, driver.ErrNoDevice), driver.HasGraphs()
	_, alloc := cu.MemAlloc(1)
	_, elapsed := cu.Event{}.Elapsed(cu.Event{})
	r.After = map[string]string{
		"MemAlloc": fmt.Sprint(alloc),
		"Elapsed":  fmt.Sprint(elapsed),
		"Launch":   fmt.Sprint(cu.Function{}.Launch(1, 1, 1, 1, 1, 1, 0, cu.NoStream, nil)),
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// buildFake compiles testdata/fake.c with every function but those left out, and more, into
// a libcuda.so.1 in a folder of its own, which it returns.
func buildFake(t *testing.T, leaveOut, more []string, flags ...string) string {
	t.Helper()
	var list strings.Builder
	own := []string{"cuInit", "cuDriverGetVersion", "cuDeviceGetCount"}
	for e := range driver.Entry(driver.Entries) {
		if !slices.Contains(own, e.Name()) && !slices.Contains(leaveOut, e.Name()) {
			fmt.Fprintf(&list, "FUNCTION(%s)\n", e.Name())
		}
	}
	for _, name := range more {
		fmt.Fprintf(&list, "FUNCTION(%s)\n", name)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "functions.h"), []byte(list.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	compile(t, append([]string{"-shared", "-fPIC", "-I", dir, "-o", filepath.Join(dir, "libcuda.so.1"), "testdata/fake.c"}, flags...)...)
	return dir
}

// compiler returns the path of the C compiler that cgo uses.
func compiler(t *testing.T) string {
	t.Helper()
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "gcc"
	}
	path, err := exec.LookPath(cc)
	if err != nil {
		t.Skipf("no C compiler to make a fake driver with: %v", err)
	}
	return path
}

// compile runs it.
func compile(t *testing.T, args ...string) {
	t.Helper()
	cc := compiler(t)
	if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", cc, strings.Join(args, " "), err, out)
	}
}

// look runs this binary with the library of a folder, and returns what it reports.
func look(t *testing.T, dir string, env ...string) report {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "CUDA_") })
	cmd.Env = append(append(cmd.Env, helper+"=1", "LD_LIBRARY_PATH="+dir,
		"GORACE=atexit_sleep_ms=0"), env...) // the race detector otherwise waits a second
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return r
}

// wantErr checks that an error says all of the parts.
func wantErr(t *testing.T, err string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(err, p) {
			t.Errorf("the error does not say %q:\n%s", p, err)
		}
	}
}
