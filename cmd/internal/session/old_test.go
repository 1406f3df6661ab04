package session

import (
	"os"
	"path/filepath"
	"testing"

	"pongpg/trainer"
	"pongpg/trainer/compute/cpu"
)

// oldConfig is the config.json of the run that trainer/testdata/before-optimizers.safetensors
// is of.
const oldConfig = `{
  "recipe": "fast", "seed": 3, "preset": "Pong-v0", "actions": 2, "hidden": 2, "envs": 8,
  "batch_episodes": 0, "batch_decisions": 2400,
  "gamma": 0.99, "standardize": "batch", "reduce": "mean", "entropy": 0.01,
  "learning_rate": 0.004, "learning_rate_final": 0.0005, "learning_rate_updates": 3000, "decay": 0.99, "epsilon": 1e-8,
  "blur": 3, "blur_final": 0, "blur_updates": 4, "init_blur": 4,
  "limits": {"updates": 5}
}`

// TestOldRun resumes a run directory from before there were --optimizer, --l2, --clip and
// --permute-pixels, with a checkpoint and without.
func TestOldRun(t *testing.T) {
	for _, checkpoints := range []bool{true, false} {
		dir := t.TempDir()
		files := map[string][]byte{"config.json": []byte(oldConfig)}
		if checkpoints {
			state, err := os.ReadFile("../../../trainer/testdata/before-optimizers.safetensors")
			if err != nil {
				t.Fatal(err)
			}
			files["checkpoints/checkpoint-000000003.safetensors"] = state
			files["metrics.jsonl"] = make([]byte, 4096) // as long as the checkpoint says, or longer
		}
		for name, text := range files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, text, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		b, err := cpu.New(cpu.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Resume(dir, Limits{}, Device{Backend: b}, func(*trainer.Trainer) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		c := s.Trainer.Config()
		if c.Optimizer != trainer.RMSProp || c.Beta1 != 0.9 || c.Beta2 != 0.999 || c.L2 != 0 || c.Clip != 0 || c.PermutePixels != 0 || c.Seed != 3 {
			t.Errorf("the configuration is %+v", c)
		}
		if checkpoints && (len(s.Warnings) != 0 || s.Trainer.Progress().Update != 3) {
			t.Errorf("after update %d, with the warnings %q", s.Trainer.Progress().Update, s.Warnings)
		}
		if _, err := s.Trainer.Update(); err != nil {
			t.Error(err)
		}
		if err := s.Dir.Close(); err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
