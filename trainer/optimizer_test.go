package trainer

import (
	"math"
	"slices"
	"testing"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// norm returns the Euclidean norm of some arrays together.
func norm(arrays ...[]float32) float64 {
	sum := 0.0
	for _, a := range arrays {
		for _, v := range a {
			sum += float64(v) * float64(v)
		}
	}
	return math.Sqrt(sum)
}

// TestClip: a gradient above the limit is scaled down to it in its own direction, one below
// it is left alone, and the norm that is reported is that before.
func TestClip(t *testing.T) {
	for _, blur := range []int{0, 2} {
		trainer := newTrainer(t, small(t, "fast", 3), cpu.Options{Workers: 2})
		updates(t, trainer, 2)
		batch, _ := trainer.play()
		l, h := trainer.learner, trainer.hyper()
		h.Blur, h.LearningRate = blur, 0 // so that the gradient comes again
		take := func(clip float32) (g1, g2 []float32, reported float64) {
			h.Clip = clip
			l.Backward(trainer.backend, batch, h)
			l.Ascend(trainer.backend, h)
			l.fetchNorms(trainer.backend)
			reported, _ = l.norms()
			g := l.gradient.tensors()
			return append([]float32(nil), g[0].Host...), append([]float32(nil), g[1].Host...), reported
		}
		g1, g2, whole := take(0)
		if n := norm(g1, g2); math.Abs(whole-n) > 1e-5*n || n == 0 {
			t.Fatalf("the norm is %v, reported as %v", n, whole)
		}
		for _, ratio := range []float64{0.25, 0.999, 1.001, 100} {
			c1, c2, reported := take(float32(ratio * whole))
			scale := min(1, ratio)
			if reported != whole {
				t.Errorf("clipped to %v of the norm %v, %v is reported", ratio, whole, reported)
			}
			for i, part := range [][]float32{c1, c2} {
				for j, c := range part {
					g := [][]float32{g1, g2}[i][j]
					if ratio > 1 && c != g || math.Abs(float64(c)-scale*float64(g)) > 1e-6*math.Abs(float64(g)) {
						t.Fatalf("blur %d: clipped to %v of the norm, g%d[%d] is %v of %v", blur, ratio, i+1, j, c, g)
					}
				}
			}
		}
	}
}

// TestDecays: without a gradient but that of the weight decay, a step of it makes all weights
// smaller by the learning rate times l2.
func TestDecays(t *testing.T) {
	c := small(t, "karpathy", 2)
	c.L2 = 0.5
	trainer := newTrainer(t, c, cpu.Options{Workers: 2})
	l, p := trainer.learner, trainer.policy
	before := [2][]float32{append([]float32(nil), p.net.(*mlp).W1.Host...), append([]float32(nil), p.net.(*mlp).W2.Host...)}
	h := trainer.hyper()
	h.Decay, h.Epsilon, h.LearningRate = 1, 1, 0.125 // w += lr·g
	l.Ascend(trainer.backend, h)                     // whose gradient is 0 as yet
	for i, after := range [][]float32{p.net.(*mlp).W1.Host, p.net.(*mlp).W2.Host} {
		for j, w := range after {
			if want := before[i][j] - 0.0625*before[i][j]; math.Abs(float64(w-want)) > 1e-6*math.Abs(float64(want)) {
				t.Fatalf("W%d[%d] went from %v to %v, want %v", i+1, j, before[i][j], w, want)
			}
		}
	}
}

// TestAdamsFirstStep: as its means began at 0 and are corrected for it, the first step is the
// learning rate in the gradient's direction, however small that is.
func TestAdamsFirstStep(t *testing.T) {
	c := departures(small(t, "fast", 2))
	c.L2, c.Clip, c.Epsilon, c.LearningRate = 0, 0, 1e-30, 0.125
	trainer := newTrainer(t, c, cpu.Options{Workers: 2})
	p, g := trainer.policy, trainer.learner.gradient.tensors()[0]
	for { // until points have ended
		before := append([]float32(nil), p.net.(*mlp).W1.Host...)
		updates(t, trainer, 1)
		if norm(g.Host) == 0 {
			trainer.update = 0
			continue
		}
		for i, g := range g.Host {
			step, want := float64(p.net.(*mlp).W1.Host[i]-before[i]), 0.0
			if math.Abs(float64(g)) > 1e-15 { // whose square is not lost
				want = math.Copysign(0.125, float64(g))
			} else if g != 0 {
				continue
			}
			if math.Abs(step-want) > 1e-5 {
				t.Fatalf("a gradient of %v makes a first step of %v, want %v", g, step, want)
			}
		}
		return
	}
}

// stepSpy notes the steps that Adam is called for on the main queue, which are those of W2.
type stepSpy struct {
	compute.Backend
	steps []int64
}

func (s *stepSpy) Adam(w, m, v, g compute.Tensor, lr, beta1, beta2, eps float32, t int64) {
	s.steps = append(s.steps, t)
	s.Backend.Adam(w, m, v, g, lr, beta1, beta2, eps, t)
}

// TestAdamsSteps: Adam's step is the number of the update, from 1, also after resuming.
func TestAdamsSteps(t *testing.T) {
	spy := &stepSpy{Backend: newCPU(t, cpu.Options{Workers: 2})}
	trainer, err := New(departures(small(t, "fast", 2)), spy)
	if err != nil {
		t.Fatal(err)
	}
	updates(t, trainer, 2)
	f, err := trainer.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	if trainer, err = Resume(&checkpoint.Found{Path: "x", Update: 2, File: f}, spy); err != nil {
		t.Fatal(err)
	}
	updates(t, trainer, 2)
	if want := []int64{1, 2, 3, 4}; !slices.Equal(spy.steps, want) {
		t.Errorf("Adam's steps are %v, want %v", spy.steps, want)
	}
}

// TestPermutation: a permutation of the pixels is one, another for each seed, and always
// the same.
func TestPermutation(t *testing.T) {
	for seed, first := range map[int][4]uint16{0: {0, 1, 2, 3}, 1: {6225, 4908, 3635, 72}, 2: {3018, 608, 6321, 6077}, 1 << 40: {5290, 4674, 5507, 1309}} {
		p := permutation(seed)
		var seen [emu.ImagePixels]bool
		moved := 0
		for pixel, column := range p {
			if seen[column] {
				t.Fatalf("seed %d: column %d comes twice", seed, column)
			}
			seen[column] = true
			if int(column) != pixel {
				moved++
			}
		}
		if seed != 0 && moved < emu.ImagePixels-10 {
			t.Errorf("seed %d moves %d pixels", seed, moved)
		}
		if [4]uint16(p[:4]) != first {
			t.Errorf("seed %d begins with %v, want %v", seed, p[:4], first)
		}
	}
}

// TestPermuted: a policy with permuted pixels and weights is the policy without.
func TestPermuted(t *testing.T) {
	b := newCPU(t, cpu.Options{Workers: 2})
	plain, err := NewPolicy(b, &Config{Actions: 2, Hidden: 20, Input: "difference"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewPolicy(b, &Config{Actions: 2, Hidden: 20, Input: "difference", PermutePixels: 9})
	if err != nil {
		t.Fatal(err)
	}
	plain.Init(b, 1, 2)
	row := func(x compute.Tensor, i int) []float32 { return x.Host[i*x.Cols : (i+1)*x.Cols] }
	column := permutation(9)
	for pixel := range emu.ImagePixels {
		copy(row(other.net.(*mlp).W1, int(column[pixel])), row(plain.net.(*mlp).W1, pixel))
	}
	other.Refresh(b)
	same := func(what string, x, y []float32) {
		t.Helper()
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("%s[%d] is %v, permuted %v", what, i, x[i], y[i])
			}
		}
	}
	same("the table", plain.net.(*mlp).Table.Host, other.net.(*mlp).Table.Host)
	g, permuted := compute.New[float32](b, emu.ImagePixels, plain.net.(*mlp).W1.Cols), compute.New[float32](b, emu.ImagePixels, plain.net.(*mlp).W1.Cols)
	b.SparseMatMul(g, plain.net.(*mlp).pixels, plain.net.(*mlp).Table)
	b.SparseMatMul(permuted, other.net.(*mlp).pixels, plain.net.(*mlp).Table)
	for pixel := range emu.ImagePixels {
		same("the gradient", row(g, pixel), row(permuted, int(column[pixel])))
	}
}

// TestLoadPermuted: eval sees the pixels in the order that training did.
func TestLoadPermuted(t *testing.T) {
	c := departures(small(t, "fast", 2))
	trainer := newTrainer(t, c, cpu.Options{})
	updates(t, trainer, 1)
	f, err := trainer.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	p, config, err := LoadPolicy(&checkpoint.Found{Path: "x", Update: 1, File: f}, newCPU(t, cpu.Options{}))
	if err != nil || config != c {
		t.Fatalf("%+v, %v", config, err)
	}
	for i, w := range trainer.policy.net.(*mlp).Table.Host {
		if p.net.(*mlp).Table.Host[i] != w {
			t.Fatalf("the table's element %d is %v, and %v from the checkpoint", i, w, p.net.(*mlp).Table.Host[i])
		}
	}
}
