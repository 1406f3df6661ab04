package trainer

import (
	"strings"
	"testing"
)

// TestCheck: the recipes are possible, and what does not go together is an error that says what
// to set.
func TestCheck(t *testing.T) {
	for _, name := range Recipes {
		c := mustRecipe(name)
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, test := range []struct {
		recipe string
		change func(c *Config)
		want   string
	}{
		{"win", func(c *Config) { c.Algorithm = "dqn" }, `--algorithm "dqn" is not one of reinforce, a2c, ppo, trpo, cem`},
		{"win", func(c *Config) { c.Input = "one" }, `--input "one" is not one of`},
		{"win", func(c *Config) { c.Input = "difference" }, "set --input both"},
		{"win", func(c *Config) { c.Schedule, c.BatchEpisodes, c.BatchDecisions = "", 4, 0 }, "set --input both and --batch-decisions"},
		{"win", func(c *Config) { c.Baseline = "value" }, `--baseline "value" is not one of none, situation`},
		{"win", func(c *Config) { c.Credit = "all" }, `--credit "all" is not one of point, hit, next`},
		{"win", func(c *Config) { c.Schedule = "1:2:3" }, "--schedule"},
		{"win", func(c *Config) { c.Network = "rnn" }, `--network "rnn" is not one of mlp, conv`},
		{"win", func(c *Config) { c.Network, c.Filters = "conv", "" }, "--filters is empty"},
		{"win", func(c *Config) { c.KLTarget = -1 }, "--kl-target -1 is impossible"},
		{"win", func(c *Config) { c.DecayDecisions = -1 }, "--decay-decisions -1 is impossible"},
		{"karpathy", func(c *Config) { c.Schedule = "0:100:0.01:0.02" }, "--schedule is of batches counted in decisions"},
		{"karpathy", func(c *Config) { c.Credit = "hit" }, "set --input both and --batch-decisions"},
		{"imitate", func(c *Config) { c.Imitate = -1 }, "--imitate -1 is impossible"},
		{"a2c", func(c *Config) { c.BatchDecisions, c.BatchEpisodes = 0, 10 }, "--algorithm a2c needs batches counted in decisions"},
		{"a2c", func(c *Config) { c.Passes = 2 }, "set --passes 1 and --minibatches 1, or --algorithm ppo"},
		{"a2c", func(c *Config) { c.Lambda = 1.1 }, "--lambda 1.1 is impossible"},
		{"ppo", func(c *Config) { c.Baseline, c.Standardize = "situation", "none" }, "judges decisions by the value alone"},
		{"ppo", func(c *Config) { c.Credit = "hit" }, "judges decisions by the value alone"},
		{"ppo", func(c *Config) { c.Imitate = 1 }, "judges decisions by the value alone"},
		{"ppo", func(c *Config) { c.Passes = 0 }, "--passes 0 is impossible"},
		{"ppo", func(c *Config) { c.Minibatches = 0 }, "--minibatches 0 is impossible"},
		{"ppo", func(c *Config) { c.PPOClip = -0.1 }, "--ppo-clip -0.1 is impossible"},
		{"ppo", func(c *Config) { c.ValueWeight = 1001 }, "--value-weight 1001 is impossible"},
		{"trpo", func(c *Config) { c.KLLimit = 0 }, "--kl-limit 0 is impossible"},
		{"cem", func(c *Config) { c.Hidden = 4 }, "--hidden 3"},
		{"cem", func(c *Config) { c.Network = "conv" }, "--network mlp"},
		{"cem", func(c *Config) { c.PermutePixels = 1 }, "--permute-pixels 0"},
		{"cem", func(c *Config) { c.Elite = 101 }, "--elite 101 is impossible: it must be in 1 … 100"},
		{"cem", func(c *Config) { c.Population = 0 }, "--population 0 is impossible"},
		{"cem", func(c *Config) { c.Noise = -1 }, "--noise -1 is impossible"},
	} {
		c := mustRecipe(test.recipe)
		test.change(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.recipe, err, test.want)
		}
	}
}

// TestParseFilters: the sizes of convolutions, and what cannot be some.
func TestParseFilters(t *testing.T) {
	list, err := parseFilters("16@8/4, 32@4/2 7@8/1", 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][5]int{{80, 2, 8, 16, 19}, {19, 16, 4, 32, 8}, {8, 32, 8, 7, 1}} {
		g := list[i]
		if got := [5]int{g.Height, g.Channels, g.Size, g.Filters, g.OutHeight()}; got != want {
			t.Errorf("layer %d is %v (height, channels, size, filters, height after), want %v", i+1, got, want)
		}
	}
	for text, want := range map[string]string{
		"":                              "--filters is empty",
		" , ":                           "--filters is empty",
		"16@8":                          `"16@8" is not FILTERS@SIZE/STRIDE`,
		"16@8/4x":                       `"16@8/4x" is not FILTERS@SIZE/STRIDE`,
		"16 @8/4":                       `"16" is not FILTERS@SIZE/STRIDE`,
		"+16@8/4":                       "is not FILTERS@SIZE/STRIDE",
		"0@8/4":                         "there must be 1 … 1024 filters",
		"1025@8/4":                      "there must be 1 … 1024 filters",
		"16@8/0":                        "a stride of at least 1",
		"16@81/1":                       "does not fit into an image of 80×80 pixels",
		"16@0/1":                        "does not fit into an image of 80×80 pixels",
		"16@8/4 32@20/1":                "does not fit into an image of 19×19 pixels",
		"1@2/1 1@2/1 1@2/1 1@2/1 1@2/1": `"1@2/1" is one layer too many: there may be 4`,
	} {
		if list, err := parseFilters(text, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, error %v, want one with %q", text, list, err, want)
		}
	}
}
