package trainer

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute/cpu"
)

// TestResumeOld: a checkpoint from before there were --optimizer, --l2, --clip and
// --permute-pixels goes on as the program of that time went on with it. It is of
//
//	pongpg train --hidden 2 --envs 8 --batch-decisions 2400 --blur-updates 4 --seed 3 --updates 3
//
// and the digest is of that program's state after two more updates.
func TestResumeOld(t *testing.T) {
	const want = "41c731a4f7ba6c03e841f814851339bb4ad05c35687b57ba0de8f78705184e95"
	found, err := checkpoint.Resolve("testdata/before-optimizers.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := Resume(found, newCPU(t, cpu.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	config := fast
	config.Seed, config.Hidden, config.Envs, config.BatchDecisions, config.BlurUpdates = 3, 2, 8, 2400, 4
	if trainer.Config() != config {
		t.Errorf("the configuration is %+v, want %+v", trainer.Config(), config)
	}
	updates(t, trainer, 2)
	f, err := trainer.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.New()
	for _, name := range []string{tensorW1, tensorW2, "rmsprop.w1", "rmsprop.w2", tensorGames} {
		digest.Write(f.Tensor(name).Data)
	}
	if got := fmt.Sprintf("%x", digest.Sum(nil)); got != want {
		t.Errorf("the state after update 5 has the digest %s, want %s", got, want)
	}
}
