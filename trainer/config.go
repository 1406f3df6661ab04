package trainer

import (
	"fmt"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// Config is everything that decides what a run learns: the same Config gives the
// same weights, bit for bit, on any machine. The tags are the single place where a
// hyperparameter is named: json in the run's directory, flag and help on the
// command line.
type Config struct {
	Recipe    string `json:"recipe"`
	Algorithm string `json:"algorithm" flag:"algorithm" help:"reinforce (the post's), a2c, ppo, trpo or cem"`
	Seed      uint64 `json:"seed"`
	Preset    string `json:"preset" flag:"preset" help:"environment: Pong-v0 (the 2016 post's), Pong-v4, PongDeterministic-v4, PongNoFrameskip-v4, ALE/Pong-v5"`
	Actions   int    `json:"actions" flag:"actions" help:"actions of the policy: 2 (up, down), 3 (with noop), 6 (with fire)"`
	Input     string `json:"input" flag:"input" help:"what the policy sees: 'difference' of two images (the post's), or 'both': the image and the difference"`
	Network   string `json:"network" flag:"network" help:"between them: 'mlp', a fully connected layer (the post's), or 'conv', convolutions before it"`
	Filters   string `json:"filters" flag:"filters" help:"conv: its layers, each FILTERS@SIZE/STRIDE, the next after a blank"`
	Hidden    int    `json:"hidden" flag:"hidden" help:"hidden units"`
	Envs      int    `json:"envs" flag:"envs" help:"games in parallel; with --batch-episodes as many as that at most"`

	BatchEpisodes  int `json:"batch_episodes" flag:"batch-episodes" help:"whole episodes an update; 0: by decisions"`
	BatchDecisions int `json:"batch_decisions" flag:"batch-decisions" help:"decisions an update, over all games, rounded up to as many for each; 0: by episodes"`

	Gamma       float64 `json:"gamma" flag:"gamma" help:"discount of a reward for each decision before it"`
	Standardize string  `json:"standardize" flag:"standardize" help:"returns, or what a baseline leaves of them, minus mean, over standard deviation, of each 'episode', of the whole 'batch', or 'none'"`
	Reduce      string  `json:"reduce" flag:"reduce" help:"gradient over the decisions of a batch: 'sum' or 'mean'"`
	Entropy     float64 `json:"entropy" flag:"entropy" help:"weight of the policy's entropy in the objective"`
	Baseline    string  `json:"baseline" flag:"baseline" help:"taken off a return: 'none', or the mean return of such a 'situation' as the images show"`
	Credit      string  `json:"credit" flag:"credit" help:"decisions that a won point counts for: all of the 'point', those up to the agent's last 'hit' of the ball, as the images show it, or those with later ones counting for the 'next' point"`
	KLTarget    float64 `json:"kl_target" flag:"kl-target" help:"mean KL of an update that the learning rate is steered towards: lowered above twice, raised again (to --lr at most) below half of it; 0: not"`
	Schedule    string  `json:"schedule" flag:"schedule" help:"instead of --batch-decisions, --lr and --entropy what they are from a number of decisions on (geometric between): DECISIONS:BATCH:LR:ENTROPY, more after a blank"`

	Optimizer           string  `json:"optimizer" flag:"optimizer" help:"what makes a step of the gradient: 'rmsprop' (the post's) or 'adam'"`
	LearningRate        float64 `json:"learning_rate" flag:"lr" help:"learning rate"`
	LearningRateFinal   float64 `json:"learning_rate_final" flag:"lr-final" help:"learning rate after --lr-updates"`
	LearningRateUpdates int     `json:"learning_rate_updates" flag:"lr-updates" help:"updates over which the learning rate goes (geometrically) to --lr-final; 0: constant"`
	Decay               float64 `json:"decay" flag:"decay" help:"RMSProp: decay of the mean square"`
	DecayDecisions      int     `json:"decay_decisions" flag:"decay-decisions" help:"RMSProp: decisions after which the mean square has decayed by --decay; 0: with every update"`
	Beta1               float64 `json:"beta1" flag:"beta1" help:"Adam: decay of the mean"`
	Beta2               float64 `json:"beta2" flag:"beta2" help:"Adam: decay of the mean square"`
	Epsilon             float64 `json:"epsilon" flag:"epsilon" help:"added to the root of the mean square"`
	L2                  float64 `json:"l2" flag:"l2" help:"weight decay: the objective loses l2/2 times the squares of all weights; 0: none"`
	Clip                float64 `json:"clip" flag:"clip" help:"norm that the gradient (of all weights together) is scaled down to where it is above; 0: none"`

	Lambda      float64 `json:"lambda" flag:"lambda" help:"a2c, ppo: decay of later surprises in a decision's advantage (GAE)"`
	ValueWeight float64 `json:"value_weight" flag:"value-weight" help:"a2c, ppo: weight of the value's squared error in the objective"`
	PPOClip     float64 `json:"ppo_clip" flag:"ppo-clip" help:"ppo: how far an action's probability may go from what it was, as a fraction, before it is worth no more"`
	Passes      int     `json:"passes" flag:"passes" help:"ppo: passes over each batch"`
	Minibatches int     `json:"minibatches" flag:"minibatches" help:"ppo: steps of a pass"`
	KLLimit     float64 `json:"kl_limit" flag:"kl-limit" help:"trpo: mean KL that an update may change the policy by"`
	Imitate     int     `json:"imitate" flag:"imitate" help:"decisions at the beginning in which the policy learns what a scripted expert would do; 0: none"`

	Population   int     `json:"population" flag:"population" help:"cem: guesses an update"`
	Elite        int     `json:"elite" flag:"elite" help:"cem: of them, how many best ones the next are like"`
	Noise        float64 `json:"noise" flag:"noise" help:"cem: standard deviation of the first guesses, and of what is added to later ones"`
	NoiseUpdates int     `json:"noise_updates" flag:"noise-updates" help:"cem: updates over which what is added goes to 0"`

	Blur        int `json:"blur" flag:"blur" help:"mlp: radius, in pixels, of the box by which the gradient of W1 is blurred (twice) over the image; 0: not"`
	BlurFinal   int `json:"blur_final" flag:"blur-final" help:"mlp: radius after --blur-updates"`
	BlurUpdates int `json:"blur_updates" flag:"blur-updates" help:"mlp: updates over which the radius goes (linearly) to --blur-final"`
	InitBlur    int `json:"init_blur" flag:"init-blur" help:"mlp: radius by which the initial rows of W1 are blurred, at the same norm; 0: not"`

	PermutePixels int `json:"permute_pixels" flag:"permute-pixels" help:"experiment: seed of a random permutation of the image's pixels; 0: none"`
}

// The algorithms' names.
const (
	Reinforce = "reinforce"
	A2C       = "a2c"
	PPO       = "ppo"
	TRPO      = "trpo"
	CEM       = "cem"
)

var algorithms = []string{Reinforce, A2C, PPO, TRPO, CEM}

// Steps returns how many decisions each game plays at most in an update when the batch is
// counted in decisions.
func (c *Config) Steps() int { return c.steps(c.mostDecisions()) }

// steps returns how many decisions each game plays for that many.
func (c *Config) steps(decisions int) int { return (decisions + c.Envs - 1) / c.Envs }

// input returns what observations hold.
func (c *Config) input() emu.Input {
	if c.Input == "both" {
		return emu.Both
	}
	return emu.Difference
}

// learningRate returns the learning rate of an update (from 0).
func (c *Config) learningRate(update int64) float32 {
	if c.LearningRateUpdates == 0 {
		return float32(c.LearningRate)
	}
	done := float32(min(1, float64(update)/float64(c.LearningRateUpdates)))
	ratio := compute.Exp32(done * compute.Log32(float32(c.LearningRateFinal/c.LearningRate)))
	return float32(c.LearningRate) * ratio
}

// blur returns the radius of the gradient's blur in an update (from 0).
func (c *Config) blur(update int64) int {
	if c.BlurUpdates == 0 {
		return c.Blur
	}
	done, all := min(update, int64(c.BlurUpdates)), int64(c.BlurUpdates)
	return int((2*(int64(c.Blur)*(all-done)+int64(c.BlurFinal)*done) + all) / (2 * all)) // rounded
}

// actionSet returns what each of the policy's actions is in the game. With two,
// action 1 is up, whose probability is the policy's only output.
func actionSet(actions int) ([]emu.Action, error) {
	switch actions {
	case 2:
		return []emu.Action{emu.Left, emu.Right}, nil
	case 3:
		return []emu.Action{emu.Noop, emu.Right, emu.Left}, nil
	case 6:
		return emu.MinimalActions[:], nil
	}
	return nil, fmt.Errorf("--actions %d is not one of 2 (up, down), 3 (noop, up, down), 6 (Atari's minimal set)", actions)
}

// outputs returns the number of outputs of a policy: one for two actions.
func outputs(actions int) int {
	if actions == 2 {
		return 1
	}
	return actions
}
