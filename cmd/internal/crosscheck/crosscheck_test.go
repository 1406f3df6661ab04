package crosscheck

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
	"pongpg/trainer/compute/parity"
)

func config(t *testing.T) trainer.Config {
	t.Helper()
	c, err := trainer.Recipe("fast")
	if err != nil {
		t.Fatal(err)
	}
	c.Envs, c.BatchDecisions, c.Hidden = 16, 256, 16
	return c
}

func open(t *testing.T) compute.Backend {
	t.Helper()
	b, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// wrong is a CPU that is wrong in the second update, on its main queue, which updates W2.
type wrong struct {
	compute.Backend
	cache bool // RMSProp's mean square, else the sum of squares of the gradient
	calls int
}

func (w *wrong) Name() string { return "wrong" }

func (w *wrong) flip(at *float32, bits uint32) {
	if w.calls++; w.calls == 2 {
		*at = math.Float32frombits(math.Float32bits(*at) ^ bits)
	}
}

func (w *wrong) RMSProp(x, c, g compute.Tensor, lr, decay, eps float32) {
	w.Backend.RMSProp(x, c, g, lr, decay, eps)
	if w.cache {
		w.flip(&c.Host[3], 1)
	}
}

func (w *wrong) SparseMLPGrad(dw1, dw2 compute.Tensor, x compute.Sparse, active compute.Array[uint16], d, w1, w2 compute.Tensor) {
	w.Backend.SparseMLPGrad(dw1, dw2, x, active, d, w1, w2)
	if !w.cache {
		w.flip(&dw2.Host[3], 1<<29)
	}
}

// TestTogether: two devices that agree, and one that does not, at the update in which it
// does not.
func TestTogether(t *testing.T) {
	updates := 0
	count := func(trainer.Metrics) { updates++ }
	if err := Together(config(t), parity.New(open(t), open(t)), 3, count); err != nil || updates != 3 {
		t.Errorf("%d updates, error %v", updates, err)
	}
	updates = 0
	err := Together(config(t), parity.New(open(t), &wrong{Backend: open(t)}), 3, count)
	var d *parity.Difference
	if !errors.As(err, &d) || updates != 1 || d.Operation != "SparseMLPGrad" || d.Call != 2 || d.Output != "dw2" || d.Col != 3 || !strings.HasPrefix(err.Error(), "update 2: ") {
		t.Errorf("%d updates, error %v", updates, err)
	}
}

// TestApart: the same of devices that train alone.
func TestApart(t *testing.T) {
	updates := 0
	count := func(trainer.Metrics) { updates++ }
	digest, err := Apart(config(t), open(t), open(t), 3, count)
	if err != nil || updates != 3 || len(digest) != 16 {
		t.Errorf("%d updates, digest %q, error %v", updates, digest, err)
	}
	if again, err := Apart(config(t), open(t), open(t), 3, count); err != nil || again != digest {
		t.Errorf("another digest %q, error %v", again, err)
	}
	if other, err := Apart(config(t), open(t), open(t), 2, count); err != nil || other == digest {
		t.Errorf("the same digest of another state, error %v", err)
	}
	for cache, where := range map[bool]string{true: "rmsprop.w2[0][3]", false: "the metric gradient_norm"} {
		updates = 0
		_, err = Apart(config(t), open(t), &wrong{Backend: open(t), cache: cache}, 3, count)
		var d *Difference
		if !errors.As(err, &d) || d.Update != 2 || d.Where != where || d.A == d.B || d.Tested != "wrong" {
			t.Errorf("%d updates, error %v, want one in %s", updates, err, where)
		}
		if cache && (d.Count != 1 || d.Of != 16) {
			t.Errorf("%d of %d differ, want 1 of 16", d.Count, d.Of)
		}
	}
}

// TestDifferentTensors: the place and the values of differences in tensors.
func TestDifferentTensors(t *testing.T) {
	for _, test := range []struct {
		a, b checkpoint.Tensor
		want string
	}{
		{checkpoint.NewTensor("x", []float32{1, 2, 3, 4, 5, 6}, 3, 2), checkpoint.NewTensor("x", []float32{1, 2, 3, 4.5, 5, 7}, 3, 2), "x[1][1] 4 (0x40800000) 4.5 (0x40900000) 2/6"},
		{checkpoint.NewTensor("n", []uint16{7, 8}), checkpoint.NewTensor("n", []uint16{7, 9}), "n[1] 0x8 0x9 1/2"},
		{checkpoint.NewTensor("same", []int32{1}), checkpoint.NewTensor("same", []int32{1}), ""},
		{checkpoint.NewTensor("none", []int32{}), checkpoint.NewTensor("none", []int32{}), ""},
	} {
		got := ""
		if d := differentTensors(&test.a, &test.b); d != nil {
			got = fmt.Sprintf("%s %s %s %d/%d", d.Where, d.A, d.B, d.Count, d.Of)
		}
		if got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	x := snapshot{tensors: []checkpoint.Tensor{checkpoint.NewTensor("pending", []uint8{1, 2})}}
	y := snapshot{tensors: []checkpoint.Tensor{checkpoint.NewTensor("pending", []uint8{1})}}
	if d := difference(4, x, y); d == nil || d.Update != 4 || d.Where != "the shape of pending" {
		t.Errorf("%v", d)
	}
}
