//go:build linux && amd64 && cgo

package cuda_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"pongpg/cuda"
	"pongpg/cuda/cudatest"
	"pongpg/cuda/simgpu"
	"pongpg/kernels"
	"pongpg/trainer/compute/computetest"
)

// mutants are faults planted in the committed PTX, and what the contract's tests on the
// simulated device must say of each.
var mutants = []struct {
	name     string
	file     string // the module
	from, to string // the first place that matches
	want     string // in the output
}{
	{"nobody waits for the loads", "sparse_sort", `bar\.sync \t0;`, "", `uninitialised read in kernel sparse_sort`},
	{"nobody waits between two steps", "sparse_sort", `(?s)(bar\.sync \t0;.*?)bar\.sync \t0;`, "$1", `race in kernel sparse_sort`},
	{"one element too many", "relu", `setp\.ge\.u64`, "setp.gt.u64", `out of bounds in kernel relu`},
	{"another tree of additions", "sparse_mlp", `(shfl\.sync\.down\.b32\s+%f\d+, %f\d+,) 8,`, "$1 4,", `SparseMLP\[.* z\[`},
	{"two roundings become one", "rms_prop",
		`mul\.rn\.f32 \t(%f\d+), (%f\d+), (%f\d+);\n\tadd\.rn\.f32 \t(%f\d+), (%f\d+), (%f\d+);`, "fma.rn.f32 \t$4, $2, $3, $5;", `RMSProp\[.* c\[`},
	{"a mean that is not corrected", "adam", `div\.rn\.f32 \t(%f\d+), (%f\d+), (%f\d+);`, "mov.f32 \t$1, $2;", `Adam\[.* w\[`},
	{"a ratio on the edge is clipped", "ppo_grad", `(setp\.gt\.f32 \t%p\d+, %f\d+, 0f00000000;\n\t)setp\.gt`, "${1}setp.ge", `PPO of 2 outputs.* with a clip of 0 d\[`},
	{"a round of Philox with another key", "uniform", `2654435769`, "2654435768", `Uniform\[.* u\[`},
	{"a sign is lost", "sparse_mlp_grad", `shl\.b32 \t(%r\d+), (%r\d+), 31;`, "shl.b32 \t$1, $2, 30;", `SparseMLPGrad\[`},
	{"NaN that counts as 0", "conv", `setp\.neu\.f32`, "setp.ne.f32", `Conv\[.* special values`},
	{"a memory that is not set to 0", "blur", `st\.shared\.f32`, "// st.shared.f32", `in kernel blur`},
}

// TestMutation runs the contract's tests once for each mutant, in a process of their own,
// and expects them to fail for the right reason.
func TestMutation(t *testing.T) {
	if testing.Short() {
		t.Skip("the tests of the contract, once for each mutant")
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestMutant$", "-test.v")
			cmd.Env = append(os.Environ(), "PONGPG_MUTANT="+m.name)
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Fatal("no test fails")
			}
			if !regexp.MustCompile(m.want).Match(out) {
				t.Errorf("the failure does not say %q:\n%s", m.want, out)
			}
		})
	}
}

// TestMutant is the process of a mutant.
func TestMutant(t *testing.T) {
	name := os.Getenv("PONGPG_MUTANT")
	for _, m := range mutants {
		if m.name != name {
			continue
		}
		var original string
		for _, k := range kernels.All() {
			if k.File == m.file {
				original = k.PTX()
			}
		}
		cudatest.Simulate(t, simgpu.DriverOptions{Devices: []simgpu.Options{{MemoryBytes: 8 << 30}}, Edit: func(ptx string) string {
			if ptx != original {
				return ptx
			}
			place := regexp.MustCompile(m.from).FindStringSubmatchIndex(ptx)
			if place == nil {
				t.Fatalf("%s.ptx has nothing like %q", m.file, m.from)
			}
			edited := regexp.MustCompile(m.from).ExpandString(nil, m.to, ptx, place)
			return strings.Join([]string{ptx[:place[0]], string(edited), ptx[place[1]:]}, "")
		}})
		computetest.Run(t, cudatest.Open(t, cuda.Options{Workers: 2}))
		return
	}
	t.Skip("for TestMutation")
}
