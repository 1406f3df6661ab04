package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
	"pongpg/trainer/weights"
)

// Session is a run that is ready to train, or done already.
type Session struct {
	Trainer *trainer.Trainer
	Dir     *checkpoint.Run
	Limits  Limits

	// From is the checkpoint that a resumed run goes on from; nil for a run at update 0.
	From *checkpoint.Found
	// Init says which weights the run began with, if not those that its seed gives.
	Init string
	// Resumed says that the run was there before.
	Resumed bool
	// Warnings are for the user to see, a line each.
	Warnings []string

	limitsChanged bool
}

// stored is config.json.
type stored struct {
	trainer.Config
	Init   string `json:"init,omitempty"`
	Limits Limits `json:"limits"`
}

// Initial is what a run begins with, if not with the weights that its seed gives.
type Initial struct {
	Weights *weights.Weights
	From    string // where they are from, in words
}

// Device is what a run computes on.
type Device struct {
	Backend compute.Backend
	// Check, if not nil, returns an error if the device cannot hold a run of a Config. It is
	// called before anything is allocated.
	Check func(trainer.Config) error
}

func (d *Device) check(config trainer.Config) error {
	if d.Check == nil {
		return nil
	}
	return d.Check(config)
}

// Start begins a run in dir, or in a fresh directory under runs if dir is empty. With initial
// weights it saves a first checkpoint, since from the Config alone the run could not begin again.
// Nothing is written before config has been found possible, there is memory for it, and
// prepare has succeeded.
func Start(dir string, config trainer.Config, initial *Initial, limits Limits, on Device, prepare func(*trainer.Trainer) error) (*Session, error) {
	if limits.None() {
		limits = DefaultLimits(config.Recipe)
	}
	if err := errors.Join(config.Check(), on.check(config)); err != nil {
		return nil, err
	}
	t, err := trainer.New(config, on.Backend)
	if err != nil {
		return nil, err
	}
	s := &Session{Trainer: t, Limits: limits}
	if initial != nil {
		s.Init = initial.From
		if err := t.SetWeights(initial.Weights); err != nil {
			return nil, err
		}
	}
	if err := prepare(t); err != nil {
		return nil, err
	}
	if dir == "" {
		err = s.createNumbered(s.stored(), time.Now())
	} else {
		s.Dir, err = checkpoint.Create(dir, s.stored())
	}
	if err == nil && initial != nil {
		if err = s.saveFirst(); err != nil {
			err = errors.Join(err, s.Dir.Close())
		}
	}
	return s, err
}

// stored is what config.json of the run is to hold.
func (s *Session) stored() stored { return stored{s.Trainer.Config(), s.Init, s.Limits} }

// saveFirst saves the run as it is before its first update.
func (s *Session) saveFirst() error {
	f, err := s.Trainer.Checkpoint()
	if err != nil {
		return err
	}
	return s.Dir.Save(0, f, false)
}

// createNumbered creates runs/DATE-RECIPE-SEED, or that with -2, -3, … if it is taken.
func (s *Session) createNumbered(c stored, now time.Time) error {
	first := filepath.Join("runs", fmt.Sprintf("%s-%s-%d", now.Format(time.DateOnly), c.Recipe, c.Seed))
	dir := first
	for n := 2; ; n++ {
		run, err := checkpoint.Create(dir, c)
		if err == nil {
			if dir != first {
				s.Warnings = append(s.Warnings, fmt.Sprintf("%s is taken: this run is %s", first, dir))
			}
			s.Dir = run
			return nil
		}
		if !errors.Is(err, checkpoint.ErrRunExists) && !errors.Is(err, checkpoint.ErrLocked) {
			return err
		}
		dir = fmt.Sprintf("%s-%d", first, n)
	}
}

// Resume opens the run in dir at its latest checkpoint that reads well. limits take
// the place of the run's own unless there are none. prepare is called with the run; the
// directory is unchanged until Begin.
func Resume(dir string, limits Limits, on Device, prepare func(*trainer.Trainer) error) (*Session, error) {
	run, err := checkpoint.OpenForResume(dir)
	if err != nil {
		return nil, err
	}
	s := &Session{Dir: run, Resumed: true}
	err = s.resume(limits, on)
	if err == nil {
		err = prepare(s.Trainer)
	}
	if err != nil {
		return nil, errors.Join(err, run.Close())
	}
	return s, nil
}

func (s *Session) resume(limits Limits, on Device) error {
	text, err := s.Dir.Config()
	if err != nil {
		return err
	}
	config := stored{Config: trainer.StoredBefore()}
	if err := json.Unmarshal(text, &config); err != nil {
		return fmt.Errorf("config.json of %s cannot be read: %w; restore it from a copy, or start another --run", s.Dir.Dir(), err)
	}
	if err := on.check(config.Config); err != nil {
		return err
	}
	s.Init = config.Init
	found, err := s.Dir.Latest()
	switch {
	case errors.Is(err, checkpoint.ErrNoCheckpoint) && s.Init != "":
		return fmt.Errorf("%s was stopped before the weights that it begins with (%s) were saved; begin it again with --init in another --run", s.Dir.Dir(), s.Init)
	case errors.Is(err, checkpoint.ErrNoCheckpoint):
		s.Warnings = append(s.Warnings, fmt.Sprintf("%s has no checkpoint yet: it begins again at update 0", s.Dir.Dir()))
		if s.Trainer, err = trainer.New(config.Config, on.Backend); err != nil {
			return fmt.Errorf("config.json of %s: %w; restore it from a copy, or start another --run", s.Dir.Dir(), err)
		}
	case err != nil:
		return err
	default:
		if s.Trainer, err = trainer.Resume(found, on.Backend); err != nil {
			return err
		}
		s.From = found
		for _, skipped := range found.Skipped {
			s.Warnings = append(s.Warnings, fmt.Sprintf("skipped: %v", skipped))
		}
		if s.Trainer.Config() != config.Config {
			s.Warnings = append(s.Warnings, fmt.Sprintf("config.json of %s differs from the configuration in its checkpoints, which is the one that counts", s.Dir.Dir()))
		}
	}
	s.setLimits(limits, config.Limits)
	return nil
}

// setLimits chooses the first limits that there are: given ones, the run's, the
// recipe's.
func (s *Session) setLimits(given, own Limits) {
	s.Limits = given
	if given.None() {
		s.Limits = own
	}
	if s.Limits.None() {
		s.Limits = DefaultLimits(s.Trainer.Config().Recipe)
	}
	s.limitsChanged = s.Limits.String() != own.String()
}

// Begin readies the directory for training: what came after the checkpoint of a
// resumed run goes, and its new limits are stored.
func (s *Session) Begin() error {
	if !s.Resumed {
		return nil
	}
	if err := s.Dir.Rewind(s.From); err != nil {
		return err
	}
	if s.limitsChanged {
		return s.Dir.SetConfig(s.stored())
	}
	return nil
}

// Continue takes the run up from its latest checkpoint on another device, after an error
// of the one it was on. The directory is then as Begin leaves it, and Warnings are new.
func (s *Session) Continue(on Device) error {
	s.Trainer, s.From, s.Warnings = nil, nil, nil
	s.Resumed = true
	if err := s.resume(s.Limits, on); err != nil {
		return err
	}
	return s.Begin()
}
