package computetest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"pongpg/trainer/compute"
)

// seed is that of every case's inputs, with the case's name.
const seed = 1

// Run holds b to the contract. It leaves b open; the arrays it makes live until b is
// closed.
func Run(t *testing.T, b compute.Backend) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) { testOperation(t, b, op) })
	}
	t.Run("gradients", func(t *testing.T) { testGradients(t, b) })
	t.Run("fused", func(t *testing.T) { testFused(t, b) })
	t.Run("PPO with its own policy", func(t *testing.T) { testOwnPolicy(t, b) })
	t.Run("contract", func(t *testing.T) { testContract(t, b) })
	if err := b.Sync(); err != nil {
		t.Errorf("%s: Sync: %v", b.Name(), err)
	}
}

// Benchmark measures every operation of b on the shapes of training.
func Benchmark(tb *testing.B, b compute.Backend) {
	for _, op := range operations {
		for _, dim := range op.bench {
			tb.Run(fmt.Sprintf("%s/%v", op.name, dim), func(tb *testing.B) {
				in := op.build(newEnv(tb, b, op.name), dim)
				in.call()
				for tb.Loop() {
					in.call()
				}
				if err := b.Sync(); err != nil {
					tb.Fatal(err)
				}
				tb.ReportMetric(float64(in.work)*float64(tb.N)/tb.Elapsed().Seconds()/1e6, "M"+op.unit+"/s")
			})
		}
	}
}

func testOperation(t *testing.T, b compute.Backend, op operation) {
	var worst margin
	test := func(dim []int, special bool) {
		name := fmt.Sprintf("%s%v", op.name, dim)
		if special {
			name += " special values"
		}
		e := newEnv(t, b, name)
		e.special = special
		in := op.build(e, dim)
		in.call()
		for _, out := range in.outputs {
			worst = worst.or(out.check(e))
		}
	}
	for _, dim := range op.shapes {
		test(dim, false)
	}
	for _, dim := range op.special {
		test(dim, true)
	}
	if worst.bound > 0 {
		t.Logf("%s: at most %.2g of the bound (%s)", op.name, worst.ratio(), worst.where)
	}
}

// env is what a case makes its inputs with.
type env struct {
	testing.TB
	b       compute.Backend
	name    string
	rng     *rand.Rand
	special bool // NaN, ±Inf, ±0, subnormal and huge values among the inputs
}

func newEnv(tb testing.TB, b compute.Backend, name string) *env {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &env{TB: tb, b: b, name: name, rng: rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// fail reports a failure of the case with what it takes to see it again.
func (e *env) fail(format string, args ...any) {
	e.Helper()
	e.Errorf("%s on %s (seed %d): %s", e.name, e.b.Name(), seed, fmt.Sprintf(format, args...))
}
