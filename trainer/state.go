package trainer

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
)

// The tensors of a checkpoint. W1 has the post's shape, [hidden][pixels]; with
// --permute-pixels the columns are in permuted order. What the optimizer keeps of a parameter
// has its shape and name, after "rmsprop." (mean squares) or "adam.m." (means) and "adam.v."
// (mean squares); Adam's step is the update.
const (
	tensorW1          = "w1"           // [hidden][pixels]
	tensorW2          = "w2"           // [outputs][hidden]
	tensorReturns     = "last_returns" // [100] of the last episodes
	tensorLengths     = "last_lengths" // [100]
	tensorGames       = "games"        // [emu.SnapshotFields][envs]
	tensorObservation = "observation"  // [envs][emu.ObservationWidth] entries of the next decisions

	// What the returns of situations were, as far as it is remembered (baseline).
	tensorSituationCount = "situation.count" // [situations]
	tensorSituationSum   = "situation.sum"

	// The guesses to come of the cross-entropy method.
	tensorGuessMean = "guess.mean" // [guessNumbers]
	tensorGuessStd  = "guess.std"

	// Decisions whose return is not known yet.
	tensorPendingX      = "pending.x"      // [pending][emu.ObservationWidth] entries, game after game
	tensorPendingAction = "pending.action" // [pending]
	tensorPendingLength = "pending.length" // [envs] how many are each game's
)

// counters is what a checkpoint's metadata holds beside the Config.
type counters struct {
	GlobalStep     int64   `json:"global_step"`
	Episodes       int64   `json:"episodes"`
	RunningReward  float64 `json:"running_reward"`
	ElapsedSeconds float64 `json:"elapsed_seconds"`
	BestReturn     float64 `json:"best_return"`
	RateScale      float32 `json:"rate_scale"`   // of the learning rate; 0 in old checkpoints: 1
	LongestStep    float64 `json:"longest_step"` // fraction that the next line search begins with; 0: no search
}

// Checkpoint returns the whole state of the run: from it a Trainer goes on as if
// never stopped, bit for bit.
func (t *Trainer) Checkpoint() (*checkpoint.File, error) {
	f := &checkpoint.File{Metadata: map[string]string{}}
	for key, value := range map[string]any{
		"config": t.config,
		"counters": counters{
			t.globalStep, t.history.episodes, t.history.running, t.elapsed.Seconds(), t.best, t.rateScale, t.longestStep(),
		},
	} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		f.Metadata[key] = string(text)
	}
	f.Metadata["seed"] = strconv.FormatUint(t.config.Seed, 10)
	f.Tensors = append(t.policy.tensors(t.backend, t.learner),
		checkpoint.NewTensor(tensorReturns, t.history.returns[:]),
		checkpoint.NewTensor(tensorLengths, t.history.lengths[:]))
	if g := t.guesser; g != nil {
		f.Tensors = append(f.Tensors,
			checkpoint.NewTensor(tensorGuessMean, g.mean[:]),
			checkpoint.NewTensor(tensorGuessStd, g.std[:]))
	}
	if r := t.rollout; r != nil {
		x, action := r.pending.pack()
		f.Tensors = append(f.Tensors,
			checkpoint.NewTensor(tensorGames, r.vector.Snapshot(), emu.SnapshotFields, r.Games),
			checkpoint.NewTensor(tensorObservation, r.next, r.Games, emu.ObservationWidth),
			checkpoint.NewTensor(tensorPendingX, x, len(action), emu.ObservationWidth),
			checkpoint.NewTensor(tensorPendingAction, action),
			checkpoint.NewTensor(tensorPendingLength, r.pending.length))
		if r.judge != nil && r.judge.expects {
			f.Tensors = append(f.Tensors,
				checkpoint.NewTensor(tensorSituationCount, r.judge.baseline.n[:]),
				checkpoint.NewTensor(tensorSituationSum, r.judge.baseline.sum[:]))
		}
	}
	return f, t.backend.Sync()
}

// Resume returns the run that a checkpoint was made of, on a backend.
func Resume(found *checkpoint.Found, backend compute.Backend) (*Trainer, error) {
	t, err := resume(found, backend)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", found.Path, err)
	}
	return t, nil
}

func resume(found *checkpoint.Found, backend compute.Backend) (*Trainer, error) {
	f := found.File
	config, count, err := readMetadata(f)
	if err != nil {
		return nil, err
	}
	if found.Update < 0 { // of which Adam's step is the next
		return nil, errors.New("the checkpoint does not say after which update it was saved")
	}
	t, err := New(config, backend)
	if err != nil {
		return nil, fmt.Errorf("the configuration in the checkpoint is impossible: %w", err)
	}
	if err := t.policy.load(backend, f, t.learner); err != nil {
		return nil, err
	}
	h := history{episodes: count.Episodes, running: count.RunningReward}
	if err := errors.Join(
		checkpoint.Load(f, tensorReturns, h.returns[:]),
		checkpoint.Load(f, tensorLengths, h.lengths[:])); err != nil {
		return nil, err
	}
	t.update, t.globalStep, t.history, t.best = found.Update, count.GlobalStep, h, count.BestReturn
	t.elapsed = time.Duration(count.ElapsedSeconds * float64(time.Second))
	if count.RateScale > 0 {
		t.rateScale = count.RateScale
	}
	if t.trust != nil && count.LongestStep > 0 {
		t.trust.longest = count.LongestStep
	}
	if g := t.guesser; g != nil {
		return t, errors.Join(
			checkpoint.Load(f, tensorGuessMean, g.mean[:]),
			checkpoint.Load(f, tensorGuessStd, g.std[:]))
	}
	if t.rollout != nil {
		return t, t.rollout.restore(f, config.Actions)
	}
	return t, nil
}

// restore puts the games, their next observations and the pending decisions to those
// of a checkpoint.
func (r *Rollout) restore(f *checkpoint.File, actions int) error {
	games := make([]int32, emu.SnapshotFields*r.Games)
	length := make([]int32, r.Games)
	tensor := f.Tensor(tensorPendingAction)
	if tensor == nil {
		return fmt.Errorf("the checkpoint has no %s", tensorPendingAction)
	}
	action := make([]uint8, len(tensor.Data))
	x := make([]uint16, len(action)*emu.ObservationWidth)
	if err := errors.Join(
		checkpoint.Load(f, tensorGames, games, emu.SnapshotFields, r.Games),
		checkpoint.Load(f, tensorObservation, r.next, r.Games, emu.ObservationWidth),
		checkpoint.Load(f, tensorPendingX, x, len(action), emu.ObservationWidth),
		checkpoint.Load(f, tensorPendingAction, action),
		checkpoint.Load(f, tensorPendingLength, length)); err != nil {
		return err
	}
	columns := r.Batch.X.Cols
	if err := errors.Join(checkEntries(r.next, columns), checkEntries(x, columns)); err != nil {
		return err
	}
	for _, a := range action {
		if int(a) >= actions {
			return fmt.Errorf("the action %d in the checkpoint is not one of %d", a, actions)
		}
	}
	if err := r.pending.unpack(length, x, action); err != nil {
		return err
	}
	if r.judge != nil && r.judge.expects && !oldSituations(f) {
		b := &r.judge.baseline
		if err := errors.Join(
			checkpoint.Load(f, tensorSituationCount, b.n[:]),
			checkpoint.Load(f, tensorSituationSum, b.sum[:])); err != nil {
			return err
		}
	}
	return r.vector.Restore(games)
}

// oldSituations reports whether a checkpoint tells situations apart more coarsely, as those did that
// were made before rows were told by two rows. What they hold cannot be split: the means begin anew,
// and are as good as ever after some ten updates.
func oldSituations(f *checkpoint.File) bool {
	const number, float64Bytes = 5905, 8
	count := f.Tensor(tensorSituationCount)
	return count != nil && len(count.Data) == number*float64Bytes
}

// checkEntries returns an error if entries are not those of observations.
func checkEntries(entries []uint16, columns int) error {
	for _, e := range entries {
		if e != emu.EndOfRow && int(e>>1) >= columns {
			return fmt.Errorf("the observation entry %d in the checkpoint is impossible", e)
		}
	}
	return nil
}

// readMetadata returns the Config and the counters of a checkpoint.
func readMetadata(f *checkpoint.File) (Config, counters, error) {
	config := StoredBefore()
	var count counters
	for key, value := range map[string]any{"config": &config, "counters": &count} {
		if err := json.Unmarshal([]byte(f.Metadata[key]), value); err != nil {
			return config, count, fmt.Errorf("the checkpoint's %s cannot be read: %w", key, err)
		}
	}
	if err := config.Check(); err != nil {
		return config, count, fmt.Errorf("the configuration in the checkpoint is impossible: %w", err)
	}
	if !(count.RateScale >= 0 && count.RateScale <= 1) || !(count.LongestStep >= 0 && count.LongestStep <= 1) {
		return config, count, errors.New("the scale of the learning rate in the checkpoint is impossible")
	}
	if count.GlobalStep < 0 || count.Episodes < 0 || !(count.ElapsedSeconds >= 0) || math.IsInf(count.ElapsedSeconds, 0) {
		return config, count, errors.New("the counters in the checkpoint are impossible")
	}
	return config, count, nil
}
