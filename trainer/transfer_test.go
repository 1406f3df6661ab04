package trainer

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute/cpu"
	"pongpg/trainer/weights"
)

// policies are configurations of all that the weights of a policy may be.
func policies() map[string]Config {
	list := map[string]Config{}
	add := func(name string, change func(*Config)) {
		c := fast
		c.Envs, c.BatchDecisions, c.Hidden = 16, 256, 5
		change(&c)
		list[name] = c
	}
	for _, actions := range []int{2, 3, 6} {
		add(fmt.Sprint(actions, " actions"), func(c *Config) { c.Actions = actions })
		add(fmt.Sprint(actions, " actions, both"), func(c *Config) { c.Actions, c.Input = actions, "both" })
		add(fmt.Sprint(actions, " actions, both, value"), func(c *Config) {
			c.Actions, c.Input, c.Algorithm, c.Standardize = actions, "both", A2C, "none"
		})
		add(fmt.Sprint(actions, " actions, conv"), func(c *Config) {
			c.Actions, c.Input, c.Network, c.Filters = actions, "both", "conv", "3@8/4 7@4/5"
		})
		add(fmt.Sprint(actions, " actions, conv, value"), func(c *Config) {
			c.Actions, c.Network, c.Filters, c.Algorithm, c.Standardize = actions, "conv", "3@9/7", PPO, "none"
		})
	}
	return list
}

// TestTransfer: weights that leave a run and begin another are the same bits, whatever the
// order of the pixels in either, and the value's besides.
func TestTransfer(t *testing.T) {
	for name, config := range policies() {
		first := readBack(t, config, nil)
		shape, err := config.Shape()
		if err != nil || !first.Shape.Equal(shape) || first.Actions() != config.Actions || (first.Value != nil) != config.hasValue() {
			t.Fatalf("%s: %v, %v, value %v", name, first.Shape, err, first.Value)
		}
		for _, permute := range []int{0, 9} {
			if permute != 0 && config.Network == "conv" {
				continue
			}
			other := config
			other.Seed, other.PermutePixels = 8, permute
			if got := readBack(t, other, first); !sameWeights(got, first) || !equalBits(got.Value, first.Value) {
				t.Errorf("%s, permutation %d: the weights come back as others", name, permute)
			}
		}
		anew := func() Config { c := config; c.Seed = 8; return c }()
		drawn := readBack(t, anew, nil)
		for i := range first.Arrays {
			if equalBits(drawn.Arrays[i].Values, first.Arrays[i].Values) {
				t.Errorf("%s: two seeds have the same weights: the test tells nothing", name)
			}
		}
		// Without a value of its own a policy is judged by the one that the seed gives.
		without := *first
		without.Value = nil
		if got := readBack(t, anew, &without); !sameWeights(got, first) || !equalBits(got.Value, drawn.Value) {
			t.Errorf("%s: without a value the weights come back as others", name)
		}
		if !config.hasValue() {
			continue
		}
		// With one it begins a run that has no use for it.
		plain := config
		plain.Algorithm = Reinforce
		if got := readBack(t, plain, first); !sameWeights(got, first) || got.Value != nil {
			t.Errorf("%s: without its value the policy is another", name)
		}
	}
}

func sameWeights(a, b *weights.Weights) bool {
	return slices.EqualFunc(a.Arrays, b.Arrays, func(a, b weights.Array) bool {
		return a.Name == b.Name && equalBits(a.Values, b.Values)
	})
}

// TestTransferPlaces holds weights by their places in the network's own memory to those by
// their places in the arrays.
func TestTransferPlaces(t *testing.T) {
	backend, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	config := policies()["3 actions, conv, value"]
	w := readBack(t, config, nil)
	run, err := New(config, backend)
	if err != nil {
		t.Fatal(err)
	}
	// One image, windows of 9 pixels 7 apart in 80: 11 a side, of 3 channels.
	const window, filters, side, hidden, outputs = 9, 3, 11, 5, 3
	own := map[string][]float32{}
	for _, p := range run.policy.net.parameters() {
		own[p.name] = p.unpad(backend, p.w)
	}
	got := map[string][]float32{}
	for _, a := range w.Arrays {
		got[a.Name] = a.Values
	}
	for y := range window {
		for x := range window {
			for f := range filters {
				if a, b := got["conv1"][(f*window+y)*window+x], own["conv1"][(y*window+x)*filters+f]; a != b {
					t.Fatalf("conv1: filter %d at (%d, %d) is %v, was %v", f, y, x, a, b)
				}
			}
		}
	}
	for y := range side {
		for x := range side {
			for c := range filters {
				for unit := range hidden {
					if a, b := got["hidden"][((unit*filters+c)*side+y)*side+x], own["hidden"][((y*side+x)*filters+c)*hidden+unit]; a != b {
						t.Fatalf("unit %d, channel %d at (%d, %d) is %v, was %v", unit, c, y, x, a, b)
					}
				}
			}
		}
	}
	for unit := range hidden {
		for k := range outputs {
			if a, b := got["head"][k*hidden+unit], own["head"][unit*(outputs+1)+k]; a != b {
				t.Fatalf("output %d of unit %d is %v, was %v", k, unit, a, b)
			}
		}
		if a, b := w.Value[unit], own["head"][unit*(outputs+1)+outputs]; a != b {
			t.Fatalf("the value of unit %d is %v, was %v", unit, a, b)
		}
	}
}

// TestSetWeightsRefuses holds weights that a run cannot begin with to an error, and the run's own
// to what they were.
func TestSetWeightsRefuses(t *testing.T) {
	backend, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	conv := policies()["6 actions, conv"]
	permuted := conv
	permuted.PermutePixels = 9
	cem, err := Recipe("cem")
	if err != nil {
		t.Fatal(err)
	}
	cem.Population, cem.Elite = 2, 1
	for _, test := range []struct {
		config Config
		shape  weights.Shape
		says   string
	}{
		{policies()["6 actions"], weights.Shape{Images: 1, Hidden: 4, Outputs: 6}, "4 hidden units"},
		{policies()["6 actions"], weights.Shape{Images: 2, Hidden: 5, Outputs: 6}, "input both"},
		{conv, weights.Shape{Images: 2, Convs: []weights.Conv{{Filters: 3, Size: 8, Stride: 4}, {Filters: 7, Size: 4, Stride: 4}}, Hidden: 5, Outputs: 6}, "7@4/4"},
		{permuted, weights.Shape{Images: 2, Convs: []weights.Conv{{Filters: 3, Size: 8, Stride: 4}, {Filters: 7, Size: 4, Stride: 5}}, Hidden: 5, Outputs: 6}, "--permute-pixels 9"},
		{cem, weights.Shape{Images: 2, Hidden: 3, Outputs: 3}, "cem"},
	} {
		run, err := New(test.config, backend)
		if err != nil {
			t.Fatal(err)
		}
		before := run.policy.tensors(backend, nil)
		if err := run.SetWeights(weights.New(test.shape)); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%v: %v, want %q", test.shape, err, test.says)
		}
		if !reflect.DeepEqual(run.policy.tensors(backend, nil), before) {
			t.Errorf("%v: the weights have changed", test.shape)
		}
	}
}

// readBack returns the weights in the first checkpoint of a run, begun with others if given.
func readBack(t *testing.T, config Config, initial *weights.Weights) *weights.Weights {
	t.Helper()
	backend, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	run, err := New(config, backend)
	if err != nil {
		t.Fatal(err)
	}
	if initial != nil {
		if err := run.SetWeights(initial); err != nil {
			t.Fatal(err)
		}
	}
	f, err := run.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := f.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	found, err := checkpoint.Resolve(path)
	if err != nil {
		t.Fatal(err)
	}
	w, _, err := ReadWeights(found)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func equalBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
