package trainer

import (
	"context"
	"fmt"
	"math"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// evalSeedBit sets the seeds of evaluations apart from those of training: fresh
// episodes even for the same seed.
const evalSeedBit = 1 << 63

// Evaluation is what a policy's episodes were like.
type Evaluation struct {
	Episodes      int     `json:"episodes"`
	Mean          float64 `json:"mean"`
	StandardError float64 `json:"standard_error"` // of the mean
	Min           int32   `json:"min"`
	Max           int32   `json:"max"`
	MeanLength    float64 `json:"mean_length"` // decisions
	MinLength     int32   `json:"min_length"`
	MaxLength     int32   `json:"max_length"`
	MeanFrames    float64 `json:"mean_frames"`
	Truncated     int     `json:"truncated"` // episodes cut off by the time limit
	Returns       []int32 `json:"returns"`
	Lengths       []int32 `json:"lengths"`
}

// evalEnvs is the number of episodes that are played at a time.
const evalEnvs = 256

// Evaluate plays episodes of a policy, sampling its actions, or taking the likeliest
// if greedy. The same seed gives the same episodes, whatever the machine; seeds are at most
// MaxSeed, and never those of training. When ctx is done it stops, after up to evalEnvs
// episodes, with ctx's error.
func Evaluate(ctx context.Context, b compute.Backend, p *Policy, preset emu.Preset, episodes int, seed uint64, greedy bool) (Evaluation, error) {
	if seed > MaxSeed || episodes < 1 {
		return Evaluation{}, fmt.Errorf("%d episodes with seed %d are impossible: it must be at least 1, with a seed of at most %d", episodes, seed, uint64(MaxSeed))
	}
	player := newEpisodePlayer(b, p, preset, seed|evalSeedBit, min(episodes, evalEnvs), false, greedy)
	played := make([]emu.Episode, 0, episodes)
	round := make([]EpisodeRecord, min(episodes, evalEnvs))
	for len(played) < episodes {
		if err := ctx.Err(); err != nil {
			return Evaluation{}, err
		}
		round = round[:min(len(round), episodes-len(played))]
		player.play(int64(len(played)), round)
		if err := b.Sync(); err != nil {
			return Evaluation{}, err
		}
		for i := range round {
			played = append(played, round[i].Episode)
		}
	}
	return summarize(played), b.Sync()
}

// summarize returns the statistics of at least one episode.
func summarize(played []emu.Episode) Evaluation {
	first := &played[0]
	e := Evaluation{
		Episodes: len(played),
		Min:      first.Return, Max: first.Return,
		MinLength: first.Decisions, MaxLength: first.Decisions,
	}
	n := float64(len(played))
	var returns, decisions, frames int64
	for i := range played {
		r := &played[i]
		returns += int64(r.Return)
		decisions += int64(r.Decisions)
		frames += int64(r.Frames)
		e.Min, e.Max = min(e.Min, r.Return), max(e.Max, r.Return)
		e.MinLength, e.MaxLength = min(e.MinLength, r.Decisions), max(e.MaxLength, r.Decisions)
		if r.Truncated {
			e.Truncated++
		}
		e.Returns, e.Lengths = append(e.Returns, r.Return), append(e.Lengths, r.Decisions)
	}
	e.Mean, e.MeanLength, e.MeanFrames = float64(returns)/n, float64(decisions)/n, float64(frames)/n
	if len(played) > 1 {
		squares := 0.0
		for _, r := range e.Returns {
			squares += (float64(r) - e.Mean) * (float64(r) - e.Mean)
		}
		e.StandardError = math.Sqrt(squares / (n - 1) / n)
	}
	return e
}
