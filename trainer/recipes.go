package trainer

import (
	"fmt"
	"strings"
)

// Recipes names the recipes, the default first.
var Recipes = []string{"win", "fast", "karpathy", "ppo", "a2c", "trpo", "cem", "imitate"}

// Recipe returns the configuration that goes by a name. The error names the choices.
func Recipe(name string) (Config, error) {
	change := recipes[name]
	if change == nil {
		return Config{}, fmt.Errorf("recipe %q is not one of %s", name, strings.Join(Recipes, ", "))
	}
	c := post
	c.Recipe = name
	change(&c)
	return c, nil
}

// StoredBefore returns the values of the fields that a Config may lack which was stored
// (as JSON) before they were there: read it over this one.
func StoredBefore() Config { return post }

// post is the 2016 post's script to the letter (docs/recipes.md), and for what it does not
// have the values that are of use to those who do.
var post = Config{
	Recipe: "karpathy", Algorithm: Reinforce,
	Preset: "Pong-v0", Actions: 2, Input: "difference", Network: "mlp", Hidden: 200, Filters: "16@8/4 32@4/2", Envs: 10,
	BatchEpisodes: 10,
	Gamma:         0.99, Standardize: "episode", Reduce: "sum", Baseline: "none", Credit: "point",
	Optimizer: RMSProp, LearningRate: 1e-4, LearningRateFinal: 1e-4,
	Decay: 0.99, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-5,
	Lambda: 0.95, ValueWeight: 0.5, PPOClip: 0.2, Passes: 1, Minibatches: 1, KLLimit: 0.01,
	Population: 100, Elite: 12, Noise: 8, NoiseUpdates: 30,
}

var recipes = map[string]func(*Config){
	"karpathy": func(*Config) {},
	"fast":     fastRecipe,
	"win":      winRecipe,
	"a2c":      a2cRecipe,
	"ppo":      ppoRecipe,
	"trpo":     trpoRecipe,
	"cem":      cemRecipe,
	"imitate":  imitateRecipe,
}

// fastRecipe is the same network on the same observations as the post's, tuned to learn in
// little time.
func fastRecipe(c *Config) {
	c.Envs, c.BatchEpisodes, c.BatchDecisions = 256, 0, 100_000
	c.Standardize, c.Reduce, c.Entropy = "batch", "mean", 0.01
	c.LearningRate, c.LearningRateFinal, c.LearningRateUpdates, c.Epsilon = 4e-3, 5e-4, 3000, 1e-8
	c.Blur, c.BlurFinal, c.BlurUpdates, c.InitBlur = 3, 0, 200, 4
}

// batches makes it learn from batches of decisions of both images, with all actions.
func batches(c *Config, envs, decisions int) {
	c.Actions, c.Input = 6, "both"
	c.Envs, c.BatchEpisodes, c.BatchDecisions = envs, 0, decisions
	c.Standardize, c.Reduce, c.Entropy, c.Epsilon = "batch", "mean", 0.01, 1e-8
	c.Blur, c.BlurFinal, c.BlurUpdates, c.InitBlur = 3, 0, 200, 2
}

// winRecipe learns to win.
func winRecipe(c *Config) {
	batches(c, 64, 50_000)
	c.Standardize, c.Baseline, c.Credit, c.Gamma = "none", "situation", "next", 0.997
	c.LearningRate, c.LearningRateFinal, c.KLTarget = 1e-2, 1e-2, 0.06
	c.Schedule = "0:50e3:1e-2:.01 15e6:50e3:1e-2:.01 40e6:50e3:8e-3:.005 70e6:100e3:6e-3:.002 130e6:200e3:1e-3:.0005"
	c.DecayDecisions = 50_000
}

// a2cRecipe is an advantage actor-critic (Mnih et al. 2016): a step a batch, by returns to the
// end of the rollout and the value from there on (λ = 1). A value that is trusted earlier, or
// learns as fast as the policy, leads it astray: both look through the same hidden units.
func a2cRecipe(c *Config) {
	batches(c, 64, 25_600)
	c.Algorithm, c.Lambda, c.ValueWeight = A2C, 1, 0.05
	c.LearningRate, c.LearningRateFinal, c.KLTarget = 1e-2, 1e-2, 0.03
	c.BlurUpdates = 400
}

// ppoRecipe is proximal policy optimization (Schulman et al. 2017).
func ppoRecipe(c *Config) {
	batches(c, 64, 25_600)
	c.Algorithm, c.Passes, c.Minibatches, c.Lambda, c.ValueWeight = PPO, 2, 4, 0.98, 0.2
	c.LearningRate, c.LearningRateFinal, c.KLTarget = 3e-3, 3e-3, 0.06
	c.BlurUpdates = 400
}

// trpoRecipe is REINFORCE whose steps are held within a KL divergence by a line search.
func trpoRecipe(c *Config) {
	batches(c, 64, 25_600)
	c.Algorithm, c.KLLimit = TRPO, 0.05
	c.LearningRate, c.LearningRateFinal = 1e-2, 1e-2
}

// cemRecipe is the cross-entropy method on a policy of nine numbers.
func cemRecipe(c *Config) {
	c.Algorithm, c.Input, c.Hidden, c.Actions = CEM, "both", guessedHidden, 3
	c.Envs, c.BatchEpisodes, c.Standardize = 16, 16, "none"
}

// imitateRecipe learns from a scripted expert first, then as win does.
func imitateRecipe(c *Config) {
	winRecipe(c)
	c.Imitate, c.BlurUpdates = 1_000_000, 350
	c.Schedule = "0:5e3:1e-2:.01 1e6:5e3:1e-2:.01 " + strings.Replace(c.Schedule, "0:50e3", "1.05e6:50e3", 1)
}
