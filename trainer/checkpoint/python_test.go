package checkpoint_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPython opens a checkpoint with the reference implementation.
func TestPython(t *testing.T) {
	// PONGPG_PYTHON names a Python that must have the packages; make test-python sets it.
	python, required := os.LookupEnv("PONGPG_PYTHON")
	if !required {
		python = "python3"
	}
	if out, err := exec.Command(python, "-c", "import numpy, safetensors").CombinedOutput(); err != nil {
		if required {
			t.Fatalf("%s: %v\n%s", python, err, out)
		}
		t.Skipf("%s cannot import safetensors and numpy: %v", python, err)
	}
	path := filepath.Join(t.TempDir(), "a.safetensors")
	must(t, sample().WriteFile(path))
	const script = `
import sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="numpy") as f:
    m = f.metadata()
    print(m["format"], m["version"], len(m["sha256"]), repr(m["note"]))
    for name in sorted(f.keys()):
        t = f.get_tensor(name)
        print(name, t.dtype, t.shape, t.tolist())
`
	out, err := exec.Command(python, "-c", script, path).CombinedOutput()
	const want = `pongpg checkpoint 1 64 '"<é>" \\ \n'
actions int32 (2,) [-7, 7]
average float64 (1,) [-21.125]
balls uint16 (3,) [7, 65535, 9]
bytes uint8 (5,) [1, 2, 3, 4, 5]
counters int64 (2, 1) [[-1], [4611686018427387904]]
key uint64 (1,) [18446744073709551615]
nothing float32 (0, 200) []
seed uint32 (1,) [4294967295]
w1 float32 (2, 3) [[1.0, -2.5, 9.999999350456404e-39], [4.0, 5.0, 6.0]]
`
	if got := strings.ReplaceAll(string(out), "\r", ""); err != nil || got != want {
		t.Errorf("python: %v\n%s\nwant\n%s", err, got, want)
	}
}
