package arena

import (
	"errors"
	"path/filepath"

	"pongpg/emu"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// Agent is a policy that plays, in a backend of its own on the CPU.
type Agent struct {
	Name    string // of its run, or of its file
	Update  int64  // after which it was saved; −1 if the file does not say
	Preset  emu.Preset
	Policy  *trainer.Policy
	Skipped []error // checkpoints of the run that cannot be read

	backend compute.Backend
}

// Load reads the policy of a checkpoint, or of the latest one of a run's directory. The
// caller must Close it.
func Load(path string) (*Agent, error) {
	found, err := checkpoint.Resolve(path)
	if err != nil {
		return nil, err
	}
	return FromCheckpoint(path, found)
}

// Newer is Load, but for a run whose newest checkpoint, or newest that reads well, is the one of
// an update: nil. It reads nothing if the names alone say so.
func Newer(path string, update int64) (*Agent, error) {
	if run, err := checkpoint.Open(path); err == nil && update >= 0 && run.Newest() == update {
		return nil, nil
	}
	found, err := checkpoint.Resolve(path)
	if err != nil || found.Update == update {
		return nil, err
	}
	return FromCheckpoint(path, found)
}

// FromCheckpoint is Load of a checkpoint that has been read, which it keeps nothing of.
func FromCheckpoint(path string, found *checkpoint.Found) (*Agent, error) {
	b, err := cpu.New(cpu.Options{Workers: 1}) // one observation at a time is no work for more
	if err != nil {
		return nil, err
	}
	a := &Agent{Name: filepath.Base(filepath.Clean(path)), Update: found.Update, Skipped: found.Skipped, backend: b}
	policy, config, err := trainer.LoadPolicy(found, b)
	if err == nil {
		a.Policy = policy
		a.Preset, err = emu.PresetByName(config.Preset)
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return a, nil
}

// Close frees what the policy takes.
func (a *Agent) Close() error { return a.backend.Close() }
