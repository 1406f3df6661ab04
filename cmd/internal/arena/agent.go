package arena

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"pongpg/emu"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

// Agent is a policy that plays, in a backend of its own on the CPU.
type Agent struct {
	Name    string    // of its run, or of its file
	Update  int64     // after which it was saved; −1 if the file does not say
	Saved   time.Time // when its file was written; zero: there is none
	Preset  emu.Preset
	Policy  *trainer.Policy
	Skipped []error // checkpoints of the run that cannot be read

	backend compute.Backend
	decider *trainer.Decider // of the match that it plays, or has played; nil before
}

// Load reads the policy of a checkpoint, or of the latest one of a run's directory. The
// caller must Close it.
func Load(path string) (*Agent, error) {
	found, err := checkpoint.Resolve(path)
	if err != nil {
		return nil, err
	}
	return FromCheckpoint(path, found, nil)
}

// Newer is Load, but for a run whose newest checkpoint, or newest that reads well, is the one of
// an update: nil. It reads nothing if the names alone say so, or if due does not of the newest. The agent
// has the memory of a spare one, if there is one.
func Newer(path string, update int64, due func(name string) bool, spare *Spare) (*Agent, error) {
	if run, err := checkpoint.Open(path); err == nil {
		newest := run.Newest()
		if update >= 0 && newest == update || !due(fmt.Sprint(newest)) {
			return nil, nil
		}
	}
	found, err := checkpoint.Resolve(path)
	if err != nil || found.Update == update {
		return nil, err
	}
	return FromCheckpoint(path, found, spare)
}

// FromCheckpoint is Load of a checkpoint that has been read, which it keeps nothing of. The agent has
// the memory of a spare one, if there is one.
func FromCheckpoint(path string, found *checkpoint.Found, spare *Spare) (*Agent, error) {
	if a := spare.take(); a != nil {
		same, err := a.Policy.Reload(found, a.backend)
		if same {
			a.Update, a.Saved, a.Skipped = found.Update, savedAt(found), found.Skipped
			return a, nil
		}
		if err = errors.Join(err, a.Close()); err != nil {
			return nil, err
		}
	}
	b, err := cpu.New(cpu.Options{Workers: 1}) // one observation at a time is no work for more
	if err != nil {
		return nil, err
	}
	a := &Agent{Name: filepath.Base(filepath.Clean(path)), Update: found.Update, Saved: savedAt(found), Skipped: found.Skipped, backend: b}
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

// savedAt returns when a checkpoint's file was written; zero if there is none, as it is a live run's.
func savedAt(found *checkpoint.Found) (at time.Time) {
	if info, err := os.Stat(found.Path); err == nil {
		at = info.ModTime()
	}
	return at
}

// Close frees what the policy takes.
func (a *Agent) Close() error { return a.backend.Close() }

// Spare has room for an agent that plays no more, whose memory the next one can have. A nil Spare has
// none.
type Spare struct {
	mutex sync.Mutex
	agent *Agent
}

// Keep takes an agent, and closes the one that it has. Without room it closes the agent.
func (s *Spare) Keep(a *Agent) error {
	if s == nil {
		return a.Close()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	a, s.agent = s.agent, a
	if a == nil {
		return nil
	}
	return a.Close()
}

// Close closes the agent that is there.
func (s *Spare) Close() error {
	if a := s.take(); a != nil {
		return a.Close()
	}
	return nil
}

// take returns the agent that is there, and has it no more; nil if there is none.
func (s *Spare) take() *Agent {
	if s == nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	a := s.agent
	s.agent = nil
	return a
}
