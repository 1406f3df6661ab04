package trainer

import (
	"fmt"

	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
)

// stored is an array that a checkpoint holds, without its padding: a parameter, or what
// the optimizer keeps of one.
type stored struct {
	parameter
	name  string
	array compute.Tensor
}

// stored lists the weights, and what the learner's optimizer keeps if there is one.
func (p *Policy) stored(l *Learner) (list []stored) {
	parameters := p.net.parameters()
	for _, x := range parameters {
		list = append(list, stored{x, x.name, x.w})
	}
	if l == nil {
		return list
	}
	for _, kept := range l.optimizer.kept() {
		for i, x := range parameters {
			list = append(list, stored{x, kept.prefix + x.name, kept.of[i]})
		}
	}
	return list
}

// tensors returns what stored lists, as it is now.
func (p *Policy) tensors(b compute.Backend, l *Learner) (list []checkpoint.Tensor) {
	for _, s := range p.stored(l) {
		rows, cols := s.shape()
		list = append(list, checkpoint.NewTensor(s.name, s.unpad(b, s.array), rows, cols))
	}
	return list
}

// load reads what tensors writes.
func (p *Policy) load(b compute.Backend, f *checkpoint.File, l *Learner) error {
	for _, s := range p.stored(l) {
		rows, cols := s.shape()
		values, err := checkpoint.View[float32](f, s.name, rows, cols)
		if err != nil {
			return err
		}
		for _, v := range values {
			if v-v != 0 { // NaN or an infinity
				return fmt.Errorf("%s in the checkpoint holds %v", s.name, v)
			}
		}
		s.pad(b, s.array, values)
	}
	p.Refresh(b)
	return b.Sync()
}

// LoadPolicy returns the policy of a checkpoint in the memory of b, and the
// Config it was trained with.
func LoadPolicy(found *checkpoint.Found, b compute.Backend) (*Policy, Config, error) {
	config, _, err := readMetadata(found.File)
	if err != nil {
		return nil, config, fmt.Errorf("%s: %w", found.Path, err)
	}
	p, err := NewPolicy(b, &config)
	if err != nil {
		return nil, config, err
	}
	if err := p.load(b, found.File, nil); err != nil {
		return nil, config, fmt.Errorf("%s: %w", found.Path, err)
	}
	return p, config, nil
}

// Reload has a policy of LoadPolicy, or of Reload, become that of another checkpoint. It reports
// false, and leaves the policy as it is, if that is of another Config. After an error the policy
// is of no use.
func (p *Policy) Reload(found *checkpoint.Found, b compute.Backend) (bool, error) {
	config, _, err := readMetadata(found.File)
	if err == nil {
		if config != p.config {
			return false, nil
		}
		err = p.load(b, found.File, nil)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", found.Path, err)
	}
	return true, nil
}
