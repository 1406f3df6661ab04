package trainer

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"github.com/sbinet/npyio/npz"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
)

// recorder writes each update to a file, with all that is needed to compute it
// again: tools/check_update.py does, without this program's code.
type recorder struct {
	dir    string
	arrays map[string]any
}

// Record makes every update write DIR/update-NNNNNN.npz (docs/record.md has the
// arrays). It creates dir if need be. It costs about a second an update.
func (t *Trainer) Record(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("the updates cannot be recorded: %w", err)
	}
	t.record = &recorder{dir: dir}
	return nil
}

// recordStart notes what an update begins with: hyperparameters and weights.
func (t *Trainer) recordStart(h Hyper) {
	if t.record == nil {
		return
	}
	c := &t.config
	t.record.arrays = map[string]any{
		"outputs":             int64(t.policy.Outputs()),
		"images":              int64(t.policy.Input.Pixels() / emu.ImagePixels),
		"convolutional":       c.Network == "conv",
		"gamma":               c.Gamma,
		"standardize_episode": c.Standardize == "episode",
		"standardize_batch":   c.Standardize == "batch",
		"reduce_mean":         c.Reduce == "mean",
		"whole_episodes":      c.BatchEpisodes > 0,
		"entropy":             float64(h.Entropy),
		"learning_rate":       float64(h.LearningRate),
		"adam":                c.Optimizer == Adam,
		"decay":               float64(h.Decay),
		"beta1":               float64(h.Beta1),
		"beta2":               float64(h.Beta2),
		"adam_step":           h.Step,
		"epsilon":             float64(h.Epsilon),
		"l2":                  float64(h.L2),
		"clip":                float64(h.Clip),
		"blur":                int64(h.Blur),
		"permutation":         permutation(c.PermutePixels),
	}
	t.recordCourse()
	t.recordAlgorithm()
	t.recordWeights("before")
}

// recordPlayed notes the batch, of which the first live rows are this update's decisions.
func (t *Trainer) recordPlayed(batch Batch, live int) error {
	if t.record == nil {
		return nil
	}
	t.record.arrays["live"] = int64(live)
	t.recordBatch(batch)
	if t.rollout != nil {
		t.recordRewards(t.rollout, batch.Rows()-live)
	} else {
		t.recordEpisodes(&t.batch)
	}
	t.recordJudged(live)
	return t.backend.Sync()
}

// recordName returns the name of the array of a checkpoint's tensor.
func recordName(tensor string) string {
	return strings.ReplaceAll(strings.Replace(tensor, "rmsprop.", "cache_", 1), ".", "_")
}

// recordWeights notes the weights and what the optimizer keeps.
func (t *Trainer) recordWeights(when string) {
	for _, tensor := range t.policy.tensors(t.backend, t.learner) {
		values, err := checkpoint.Values[float32](&tensor)
		if err != nil {
			panic(err) // they were just made of float32
		}
		key := recordName(tensor.Name) + "_" + when
		switch tensor.Shape[1] { // rows, of the lengths that there are
		case emu.ImagePixels:
			t.record.arrays[key] = unsafe.Slice((*[emu.ImagePixels]float32)(unsafe.Pointer(unsafe.SliceData(values))), tensor.Shape[0])
		case 2 * emu.ImagePixels:
			t.record.arrays[key] = unsafe.Slice((*[2 * emu.ImagePixels]float32)(unsafe.Pointer(unsafe.SliceData(values))), tensor.Shape[0])
		default:
			t.record.arrays[key] = values
		}
	}
}

// recordBatch notes what the policy saw and did. Observations are written as pixels,
// in compressed sparse rows.
func (t *Trainer) recordBatch(batch Batch) {
	rows := batch.Rows()
	codes := make([]uint16, batch.X.Entries.Len())
	action, prob := make([]uint8, rows), make([]float32, batch.Prob.Len())
	advantage, weight := make([]float32, rows), make([]float32, rows)
	compute.Download(t.backend, codes, batch.X.Entries)
	compute.Download(t.backend, action, batch.Action)
	compute.Download(t.backend, prob, batch.Prob)
	compute.Download(t.backend, advantage, batch.Advantage)
	compute.Download(t.backend, weight, batch.Weight)

	t.recordObservations("obs", codes)
	maps.Copy(t.record.arrays, map[string]any{
		"action": action, "prob": prob, "advantage": advantage, "weight": weight,
	})
}

// recordObservations notes observations as NAME_indptr, NAME_indices and NAME_data.
func (t *Trainer) recordObservations(name string, codes []uint16) {
	indptr := []int64{0}
	var indices []int32
	var data []int8
	var pixels []uint16
	for row := 0; row < len(codes); row += emu.ObservationWidth {
		pixels = t.policy.Input.AppendPixels(pixels[:0], codes[row:row+emu.ObservationWidth])
		for _, e := range pixels {
			indices = append(indices, int32(e>>1))
			data = append(data, 1-2*int8(e&1))
		}
		indptr = append(indptr, int64(len(indices)))
	}
	maps.Copy(t.record.arrays, map[string]any{name + "_indptr": indptr, name + "_indices": indices, name + "_data": data})
}

// recordRewards notes what the games of a rollout brought, and which game and step
// each row is: the steps of carried rows, if the batch has them, count down to −1 from before the
// rollout.
func (t *Trainer) recordRewards(r *Rollout, carried int) {
	live := r.Live()
	game, step := make([]int32, live, live+carried), make([]int32, live, live+carried)
	for row := range live {
		step[row], game[row] = int32(row/r.Games), int32(row%r.Games)
	}
	if carried > 0 {
		for g, n := range r.carriedOf {
			for s := range n {
				game, step = append(game, int32(g)), append(step, s-n)
			}
		}
	}
	t.record.put(game, step, append(r.Reward[:live:live], make([]int8, carried)...), append(r.EpisodeEnd[:live:live], make([]bool, carried)...))
}

// recordEpisodes does it for whole episodes; each is a game.
func (t *Trainer) recordEpisodes(e *episodeBatch) {
	var game, step []int32
	var reward []int8
	var end []bool
	for i := range e.Episodes {
		r := &e.Episodes[i]
		for s := range r.Reward {
			game, step = append(game, int32(i)), append(step, int32(s))
			end = append(end, s == len(r.Reward)-1)
		}
		reward = append(reward, r.Reward...)
	}
	t.record.put(game, step, reward, end)
}

func (r *recorder) put(game, step []int32, reward []int8, end []bool) {
	maps.Copy(r.arrays, map[string]any{"game": game, "step": step, "reward": reward, "episode_end": end})
}

// recordAfter notes the weights after the step and writes the file.
func (t *Trainer) recordAfter(m Metrics) error {
	if t.record == nil {
		return nil
	}
	t.recordWeights("after")
	maps.Copy(t.record.arrays, map[string]any{"gradient_norm": m.GradientNorm, "kl": m.KL, "rate_scale_after": float64(t.rateScale)})
	switch {
	case t.critic != nil:
		t.record.arrays["explained_variance"] = t.critic.explained
	case t.trust != nil:
		t.record.arrays["step_fraction"] = t.trust.fraction
	}
	return t.writeRecord()
}

// writeRecord writes the update's file.
func (t *Trainer) writeRecord() error {
	arrays := t.record.arrays
	t.record.arrays = nil
	path := filepath.Join(t.record.dir, fmt.Sprintf("update-%06d.npz", t.update))
	err := checkpoint.WriteFileAtomic(path, func(w io.Writer) error {
		z := npz.NewWriter(w)
		for _, name := range slices.Sorted(maps.Keys(arrays)) {
			if err := z.Write(name+".npy", arrays[name]); err != nil {
				return err
			}
		}
		return z.Close()
	})
	if err != nil {
		return fmt.Errorf("update %d cannot be recorded: %w", t.update, err)
	}
	return nil
}
