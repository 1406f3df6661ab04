package trainer

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// TestFilters: from a policy's filters and votes come its logits, for observations that are
// drawn pixel by pixel.
func TestFilters(t *testing.T) {
	const seed, rows = 3, 40
	for _, test := range []struct {
		name          string
		actions, outs int
		input         string
		permute       int
		algorithm     string
	}{
		{"the post's", 2, 1, "difference", 0, Reinforce},
		{"permuted", 6, 6, "difference", 9, Reinforce},
		{"both images", 3, 3, "both", 0, Reinforce},
		{"both images, permuted, with a value", 2, 1, "both", 9, A2C},
	} {
		b := newCPU(t, cpu.Options{Workers: 1})
		c := fast
		if test.algorithm == A2C {
			c, _ = Recipe("a2c")
		}
		c.Actions, c.Input, c.PermutePixels, c.Hidden, c.Envs, c.BatchDecisions, c.Blur, c.BlurFinal, c.InitBlur = test.actions, test.input, test.permute, 5, 16, 256, 0, 0, 0
		run, err := New(c, b)
		if err != nil {
			t.Fatal(test.name, err)
		}
		f, err := run.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		x, err := ReadFilters(f)
		if err != nil {
			t.Fatal(test.name, err)
		}
		if x.Units != 5 || x.Size != 80 || x.Images != c.input().Pixels()/6400 || len(x.Votes) != test.outs*5 || len(x.Actions) != test.outs {
			t.Fatalf("%s: %d units of %d images of %d, %d votes for %q", test.name, x.Units, x.Images, x.Size, len(x.Votes), x.Actions)
		}

		// Observations of up to six columns, of each of which the pixels are known.
		random := rand.New(rand.NewPCG(seed, 0))
		entries := make([]uint16, rows*emu.ObservationWidth)
		pixels, touched := make([]float64, rows*x.Images*6400), make([]float64, rows*x.Images*6400)
		for i := range entries {
			column := random.IntN(c.input().Columns())
			entries[i] = compute.Entry(column, false)
			for _, e := range c.input().ColumnPixels(nil, column) {
				at := i/emu.ObservationWidth*x.Images*6400 + int(e>>1)
				pixels[at] += 1 - 2*float64(e&1)
				touched[at]++
			}
		}
		obs := compute.NewSparse(b, rows, emu.ObservationWidth, c.input().Columns())
		compute.Upload(b, obs.Entries, entries)
		active := compute.New[uint16](b, rows, run.policy.net.activeWords())
		z, prob := compute.New[float32](b, rows, test.outs), compute.New[float32](b, rows, test.outs)
		run.policy.Forward(b, z, prob, active, obs)
		got := make([]float32, z.Len())
		compute.Download(b, got, z)
		for row := range rows {
			for k := range test.outs {
				want, size, terms := 0.0, 0.0, 0
				for unit := range 5 {
					sum, absolute := 0.0, 0.0
					for p, w := range x.Unit(unit) {
						at := row*x.Images*6400 + p
						sum += pixels[at] * float64(w)
						absolute += touched[at] * math.Abs(float64(w))
						terms += int(touched[at])
					}
					want += max(0, sum) * float64(x.Votes[k*5+unit])
					size += absolute * math.Abs(float64(x.Votes[k*5+unit]))
				}
				if off := math.Abs(float64(got[row*test.outs+k]) - want); off > compute.Bound(terms+5, size) {
					t.Fatalf("%s: the logit %d of row %d is %g, by the filters %g (seed %d)", test.name, k, row, got[row*test.outs+k], want, seed)
				}
			}
		}
	}
}

// TestFiltersConv holds a convolution's filters to where the contract has each weight, and
// their importance to its formula.
func TestFiltersConv(t *testing.T) {
	c, err := Recipe("ppo")
	if err != nil {
		t.Fatal(err)
	}
	c.Network, c.Input = "conv", "both"
	const filters, size, images, hidden = 3, 4, 2, 5
	for _, test := range []struct {
		layers, next string
		rows, cols   int
	}{
		{"3@4/4", "hidden", 20 * 20 * filters, hidden},
		{"3@4/4 2@3/1", "conv2", 3 * 3 * filters, 2},
	} {
		c.Filters, c.Hidden = test.layers, hidden
		w, next := make([]float32, size*size*images*filters), make([]float32, test.rows*test.cols)
		for i := range w {
			w[i] = float32(i)
		}
		squares := [filters]float64{}
		for i := range next {
			next[i] = float32(i%7 - 3)
			squares[i/test.cols%filters] += float64(next[i] * next[i])
		}
		x, err := ReadFilters(fileOf(t, c, map[string]checkpoint.Tensor{
			"conv1": checkpoint.NewTensor("conv1", w, size*size*images, filters),
			"next":  checkpoint.NewTensor(test.next, next, test.rows, test.cols),
		}))
		if err != nil {
			t.Fatal(err)
		}
		if x.Units != filters || x.Images != images || x.Size != size || x.Votes != nil || x.GlobalStep != 1234 {
			t.Fatalf("%+v", x)
		}
		for unit := range filters {
			norm := 0.0
			for image := range images {
				for row := range size {
					for col := range size {
						want := ((row*size+col)*images+image)*filters + unit
						norm += float64(want * want)
						if got := x.Unit(unit)[(image*size+row)*size+col]; got != float32(want) {
							t.Fatalf("unit %d, image %d, row %d, column %d is %g, want %d", unit, image, row, col, got, want)
						}
					}
				}
			}
			if want := math.Sqrt(norm) * math.Sqrt(squares[unit]); math.Abs(x.Importance[unit]-want) > 1e-12*want {
				t.Errorf("the importance of %d is %g, want %g", unit, x.Importance[unit], want)
			}
			if _, _, ok := x.Favours(unit); ok {
				t.Error("a filter speaks for an action")
			}
		}
	}
}

// fileOf returns a checkpoint of a Config and tensors and nothing else.
func fileOf(t *testing.T, c Config, tensors map[string]checkpoint.Tensor) *checkpoint.File {
	t.Helper()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	f := &checkpoint.File{Metadata: map[string]string{"config": string(config), "counters": `{"global_step": 1234}`}}
	for _, tensor := range tensors {
		f.Tensors = append(f.Tensors, tensor)
	}
	return f
}

// TestFavours holds importance, and what a unit is said to speak for, to votes that are known.
func TestFavours(t *testing.T) {
	c := fast
	c.Hidden = 3
	w1 := make([]float32, 3*6400)
	w1[0], w1[6400], w1[2*6400+7] = 3, 4, -5
	filters := func(actions int, w2 []float32) *Filters {
		c.Actions = actions
		x, err := ReadFilters(fileOf(t, c, map[string]checkpoint.Tensor{
			"w1": checkpoint.NewTensor("w1", w1, 3, 6400), "w2": checkpoint.NewTensor("w2", w2, outputs(actions), 3),
		}))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	check := func(x *Filters, unit int, action string, by float32, importance float64) {
		t.Helper()
		a, b, ok := x.Favours(unit)
		if a != action || b != by || !ok || math.Abs(x.Importance[unit]-importance) > 1e-6 {
			t.Errorf("unit %d: %s by %g, importance %g; want %s by %g, %g", unit, a, b, x.Importance[unit], action, by, importance)
		}
	}
	two := filters(2, []float32{0.5, -0.25, 2})
	check(two, 0, "up", 0.5, 1.5)
	check(two, 1, "down", 0.25, 1)
	check(two, 2, "up", 2, 10)
	three := filters(3, []float32{
		1, 5, 0, // stay
		1, 8, 0, // up
		4, 5, 0, // down
	})
	check(three, 0, "down", 2, 3*math.Sqrt(6)) // less the mean: −1, −1, 2
	check(three, 1, "up", 2, 4*math.Sqrt(6))
	check(three, 2, "stay", 0, 0)

	w1[1] = float32(math.Inf(1))
	c.Actions = 2
	if _, err := ReadFilters(fileOf(t, c, map[string]checkpoint.Tensor{
		"w1": checkpoint.NewTensor("w1", w1, 3, 6400), "w2": checkpoint.NewTensor("w2", []float32{1, 1, 1}, 1, 3),
	})); err == nil {
		t.Error("an infinite weight is no error")
	}
}
