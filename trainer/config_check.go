package trainer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// Limits of what a Config may ask for, so that a slip of the finger is an error and
// not a machine out of memory.
const (
	maxEnvs   = 1 << 17
	maxHidden = 1 << 14
	maxBatch  = 1 << 26

	// As float32 they are below 1, and neither 0 nor infinite.
	maxBeta            = 0.999999
	leastClip, maxClip = 1e-30, 1e30
)

// Check returns an error that names the first impossible value and what would do.
func (c *Config) Check() error {
	if _, err := Recipe(c.Recipe); err != nil {
		return err
	}
	if _, err := emu.PresetByName(c.Preset); err != nil {
		return err
	}
	if _, err := actionSet(c.Actions); err != nil {
		return err
	}
	if !slices.Contains(algorithms, c.Algorithm) {
		return fmt.Errorf("--algorithm %q is not one of %s", c.Algorithm, strings.Join(algorithms, ", "))
	}
	if err := c.checkAlgorithm(); err != nil {
		return err
	}
	if !slices.Contains([]string{"mlp", "conv"}, c.Network) {
		return fmt.Errorf("--network %q is not one of mlp, conv", c.Network)
	}
	if c.Network == "conv" {
		if _, err := parseFilters(c.Filters, 1); err != nil {
			return err
		}
	}
	if (c.BatchEpisodes == 0) == (c.BatchDecisions == 0) {
		return errors.New("the batch must be counted in episodes or in decisions: set one of --batch-episodes and --batch-decisions, and the other to 0")
	}
	if !slices.Contains([]string{"episode", "batch", "none"}, c.Standardize) {
		return fmt.Errorf("--standardize %q is not one of episode, batch, none", c.Standardize)
	}
	if c.Standardize == "episode" && c.BatchEpisodes == 0 {
		return errors.New("--standardize episode needs whole episodes: set --batch-episodes")
	}
	if !slices.Contains([]string{"sum", "mean"}, c.Reduce) {
		return fmt.Errorf("--reduce %q is not one of sum, mean", c.Reduce)
	}
	if !slices.Contains([]string{"difference", "both"}, c.Input) {
		return fmt.Errorf("--input %q is not one of difference, both", c.Input)
	}
	if !slices.Contains([]string{"none", "situation"}, c.Baseline) {
		return fmt.Errorf("--baseline %q is not one of none, situation", c.Baseline)
	}
	if !slices.Contains([]string{"point", "hit", "next"}, c.Credit) {
		return fmt.Errorf("--credit %q is not one of point, hit, next", c.Credit)
	}
	if (c.Baseline == "situation" || c.Credit != "point" || c.Imitate > 0) && (c.Input != "both" || c.BatchEpisodes > 0) {
		return errors.New("--baseline situation, --credit hit or next and --imitate are read from two images, in batches of decisions: set --input both and --batch-decisions")
	}
	if _, err := parseSchedule(c.Schedule); err != nil {
		return err
	}
	if c.Schedule != "" && c.BatchDecisions == 0 {
		return errors.New("--schedule is of batches counted in decisions: set --batch-decisions")
	}
	if !slices.Contains(optimizers, c.Optimizer) {
		return fmt.Errorf("--optimizer %q is not one of %s", c.Optimizer, strings.Join(optimizers, ", "))
	}
	for _, f := range []struct {
		flag               string
		value, least, most float64
	}{
		{"hidden", float64(c.Hidden), 1, maxHidden},
		{"envs", float64(c.Envs), 1, maxEnvs},
		{"batch-episodes", float64(c.BatchEpisodes), 0, 1 << 16},
		{"batch-decisions", float64(c.BatchDecisions), 0, maxBatch},
		{"gamma", c.Gamma, 0, 1},
		{"entropy", c.Entropy, 0, 100},
		{"lr", c.LearningRate, 1e-12, 100},
		{"lr-final", c.LearningRateFinal, 1e-12, 100},
		{"lr-updates", float64(c.LearningRateUpdates), 0, 1 << 30},
		{"decay", c.Decay, 0, 1},
		{"decay-decisions", float64(c.DecayDecisions), 0, maxBatch},
		{"beta1", c.Beta1, 0, maxBeta},
		{"beta2", c.Beta2, 0, maxBeta},
		{"epsilon", c.Epsilon, 1e-30, 100},
		{"l2", c.L2, 0, 100},
		{"clip", c.Clip, 0, maxClip},
		{"kl-target", c.KLTarget, 0, 100},
		{"lambda", c.Lambda, 0, 1},
		{"value-weight", c.ValueWeight, 0, 1000},
		{"ppo-clip", c.PPOClip, 0, 1000},
		{"passes", float64(c.Passes), 1, 1000},
		{"minibatches", float64(c.Minibatches), 1, 1 << 16},
		{"kl-limit", c.KLLimit, 1e-9, 100},
		{"imitate", float64(c.Imitate), 0, 1 << 40},
		{"population", float64(c.Population), 1, 1 << 12},
		{"elite", float64(c.Elite), 1, float64(c.Population)},
		{"noise", c.Noise, 0, 1e6},
		{"noise-updates", float64(c.NoiseUpdates), 0, 1 << 30},
		{"blur", float64(c.Blur), 0, emu.ImageSize - 1},
		{"blur-final", float64(c.BlurFinal), 0, emu.ImageSize - 1},
		{"blur-updates", float64(c.BlurUpdates), 0, 1 << 30},
		{"init-blur", float64(c.InitBlur), 0, emu.ImageSize - 1},
		{"permute-pixels", float64(c.PermutePixels), 0, 1 << 53},
	} {
		if math.IsNaN(f.value) || f.value < f.least || f.value > f.most {
			return fmt.Errorf("--%s %v is impossible: it must be in %v … %v", f.flag, f.value, f.least, f.most)
		}
	}
	if c.Clip > 0 && c.Clip < leastClip {
		return fmt.Errorf("--clip %v is impossible: it must be 0, for none, or in %v … %v", c.Clip, leastClip, maxClip)
	}
	if c.Seed > MaxSeed {
		return fmt.Errorf("--seed %d is impossible: it must be at most %d", c.Seed, uint64(MaxSeed))
	}
	return c.checkMemory()
}

// checkAlgorithm returns an error where other flags do not go with the algorithm.
func (c *Config) checkAlgorithm() error {
	switch c.Algorithm {
	case A2C, PPO:
		if c.BatchDecisions == 0 {
			return fmt.Errorf("--algorithm %s needs batches counted in decisions: set --batch-decisions, and --batch-episodes 0", c.Algorithm)
		}
		if c.Baseline != "none" || c.Credit != "point" || c.Imitate > 0 {
			return fmt.Errorf("--algorithm %s judges decisions by the value alone: set --baseline none, --credit point and --imitate 0", c.Algorithm)
		}
		if c.Algorithm == A2C && (c.Passes > 1 || c.Minibatches > 1) {
			return errors.New("--algorithm a2c takes one step a batch: set --passes 1 and --minibatches 1, or --algorithm ppo")
		}
	case CEM:
		if c.BatchEpisodes == 0 || c.Input != "both" || c.Network != "mlp" || c.Hidden != guessedHidden || c.Actions != 3 || c.PermutePixels != 0 {
			return fmt.Errorf("--algorithm cem guesses a policy of its own: set --batch-episodes (of each guess), --input both, --network mlp, --hidden %d, --actions 3 and --permute-pixels 0", guessedHidden)
		}
	}
	return nil
}

// MaxSeed is the largest seed of a run: above are those of evaluations.
const MaxSeed = 1<<63 - 1

// maxBytes is the memory that a batch may need at most.
const maxBytes = 64 << 30

// checkMemory returns an error if a batch would not fit into maxBytes. A decision takes
// a bit for each hidden unit, and about 64 bytes.
func (c *Config) checkMemory() error {
	rows := float64(c.Envs) * float64(c.Steps()+c.horizon())
	flags := "--envs, --batch-decisions, --gamma or --hidden"
	if c.BatchEpisodes > 0 {
		preset, err := emu.PresetByName(c.Preset)
		if err != nil {
			return err
		}
		rows = float64(c.BatchEpisodes) * float64(min(preset.TimeLimit, emu.FrameLimit))
		flags = "--batch-episodes or --hidden"
	}
	if bytes := rows * float64(compute.PadCols(c.Hidden)/8+64); bytes > maxBytes {
		return fmt.Errorf("a batch may need %.0f GB, more than %d: lower %s", bytes/(1<<30), maxBytes>>30, flags)
	}
	return nil
}
