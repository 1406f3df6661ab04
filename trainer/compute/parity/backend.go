package parity

import (
	"errors"
	"fmt"
	"sync"

	"pongpg/trainer/compute"
)

// Backend is two backends as one. Its arrays are in neither's memory: their addresses stand
// for a place in the memory of each.
//
// It is used as any compute.Backend is: one queue from one goroutine, several queues from
// several.
type Backend struct {
	a, b   compute.Backend
	shared *shared
	pieces []piece // of the comparison that is being made
}

var _ compute.Backend = (*Backend)(nil)

// shared is what a backend and its queues have in common.
type shared struct {
	memories memories
	counts   counts
	staging  staging

	mu  sync.Mutex
	err error // the first, of either device or a *Difference
}

// New returns a backend that computes on both: a is the reference, b the device under
// test. Close closes them.
func New(a, b compute.Backend) *Backend {
	return &Backend{a: a, b: b, shared: &shared{}}
}

// Name implements compute.Backend.
func (p *Backend) Name() string { return fmt.Sprintf("parity of %s and %s", p.a.Name(), p.b.Name()) }

// Queue implements compute.Backend.
func (p *Backend) Queue() compute.Backend {
	return &Backend{a: p.a.Queue(), b: p.b.Queue(), shared: p.shared}
}

// Async implements compute.Backend as the tested device does, so that it is called as it
// will be.
func (p *Backend) Async() bool { return p.b.Async() }

// Workers implements compute.Backend.
func (p *Backend) Workers() int { return p.b.Workers() }

// Record implements compute.Backend: f itself, since a comparison waits.
func (p *Backend) Record(f func()) (replay func()) { return f }

// Sync waits for both devices and returns the first error: a *Difference, or what a device
// says.
func (p *Backend) Sync() error {
	errA, errB := p.a.Sync(), p.b.Sync()
	p.fail(errA)
	p.fail(errB)
	return p.failure()
}

// Close closes both backends.
func (p *Backend) Close() error { return errors.Join(p.a.Close(), p.b.Close()) }

// fail keeps the first error.
func (p *Backend) fail(err error) {
	if err == nil {
		return
	}
	s := p.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func (p *Backend) failure() error {
	s := p.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// failed reports whether nothing is to be done any more.
func (p *Backend) failed() bool { return p.failure() != nil }
