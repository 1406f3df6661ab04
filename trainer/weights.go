package trainer

import (
	"fmt"
	"math"

	"pongpg/emu"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute"
)

// tensors returns the weights, and the learner's mean squares if there is one.
func (p *Policy) tensors(b compute.Backend, l *Learner) []checkpoint.Tensor {
	list := []checkpoint.Tensor{
		checkpoint.NewTensor(tensorW1, p.unpad(b, p.W1, true), p.Hidden, emu.ImagePixels),
		checkpoint.NewTensor(tensorW2, p.unpad(b, p.W2, false), p.Outputs(), p.Hidden),
	}
	if l != nil {
		list = append(list,
			checkpoint.NewTensor(tensorC1, p.unpad(b, l.C1, true), p.Hidden, emu.ImagePixels),
			checkpoint.NewTensor(tensorC2, p.unpad(b, l.C2, false), p.Outputs(), p.Hidden))
	}
	return list
}

// load reads what tensors writes.
func (p *Policy) load(b compute.Backend, f *checkpoint.File, l *Learner) error {
	type part struct {
		name      string
		dst       compute.Tensor
		transpose bool
	}
	parts := []part{{tensorW1, p.W1, true}, {tensorW2, p.W2, false}}
	if l != nil {
		parts = append(parts, part{tensorC1, l.C1, true}, part{tensorC2, l.C2, false})
	}
	for _, part := range parts {
		rows, cols := part.dst.Rows, p.Hidden
		if part.transpose {
			rows, cols = cols, rows
		}
		values := make([]float32, rows*cols)
		if err := checkpoint.Load(f, part.name, values, rows, cols); err != nil {
			return err
		}
		for _, v := range values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%s in the checkpoint holds %v", part.name, v)
			}
		}
		p.pad(b, part.dst, values, part.transpose)
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
	p, err := NewPolicy(b, config.Actions, config.Hidden)
	if err != nil {
		return nil, config, err
	}
	if err := p.load(b, found.File, nil); err != nil {
		return nil, config, fmt.Errorf("%s: %w", found.Path, err)
	}
	return p, config, nil
}
