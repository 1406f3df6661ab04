package trainer

import (
	"fmt"
	"math"

	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
)

// stored is an array that a checkpoint holds, without its padding.
type stored struct {
	name       string
	array      compute.Tensor
	transposed bool // [hidden][6400] in the checkpoint, as the post has it
}

// stored lists the weights, and what the learner's optimizer keeps if there is one.
func (p *Policy) stored(l *Learner) []stored {
	list := []stored{{tensorW1, p.W1, true}, {tensorW2, p.W2, false}}
	if l == nil {
		return list
	}
	o := &l.optimizer
	if o.name == Adam {
		return append(list, stored{tensorM1, o.m1, true}, stored{tensorM2, o.m2, false},
			stored{tensorV1, o.c1, true}, stored{tensorV2, o.c2, false})
	}
	return append(list, stored{tensorC1, o.c1, true}, stored{tensorC2, o.c2, false})
}

// shape returns the shape in the checkpoint.
func (p *Policy) shape(s stored) (rows, cols int) {
	if s.transposed {
		return p.Hidden, s.array.Rows
	}
	return s.array.Rows, p.Hidden
}

// tensors returns what stored lists, as it is now.
func (p *Policy) tensors(b compute.Backend, l *Learner) (list []checkpoint.Tensor) {
	for _, s := range p.stored(l) {
		rows, cols := p.shape(s)
		list = append(list, checkpoint.NewTensor(s.name, p.unpad(b, s.array, s.transposed), rows, cols))
	}
	return list
}

// load reads what tensors writes.
func (p *Policy) load(b compute.Backend, f *checkpoint.File, l *Learner) error {
	for _, s := range p.stored(l) {
		rows, cols := p.shape(s)
		values := make([]float32, rows*cols)
		if err := checkpoint.Load(f, s.name, values, rows, cols); err != nil {
			return err
		}
		for _, v := range values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%s in the checkpoint holds %v", s.name, v)
			}
		}
		p.pad(b, s.array, values, s.transposed)
	}
	p.Refresh(b)
	return b.Sync()
}

// unpad returns x [rows][units] without its padding: [rows][hidden], or
// [hidden][rows] if transposed.
func (p *Policy) unpad(b compute.Backend, x compute.Tensor, transpose bool) []float32 {
	padded := make([]float32, x.Len())
	compute.Download(b, padded, x)
	values := make([]float32, x.Rows*p.Hidden)
	for r := range x.Rows {
		for h, v := range padded[r*x.Cols : r*x.Cols+p.Hidden] {
			if transpose {
				values[h*x.Rows+r] = v
			} else {
				values[r*p.Hidden+h] = v
			}
		}
	}
	return values
}

// pad is the inverse of unpad.
func (p *Policy) pad(b compute.Backend, x compute.Tensor, values []float32, transpose bool) {
	padded := make([]float32, x.Len())
	for r := range x.Rows {
		for h := range p.Hidden {
			v := values[r*p.Hidden+h : r*p.Hidden+h+1]
			if transpose {
				v = values[h*x.Rows+r:]
			}
			padded[r*x.Cols+h] = v[0]
		}
	}
	compute.Upload(b, x, padded)
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
