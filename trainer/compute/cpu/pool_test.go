package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pongpg/trainer/compute"
)

// meeting is a task whose items wait for each other.
type meeting struct {
	arrived sync.WaitGroup
	all     chan struct{}
	late    atomic.Int32
	seen    [4]atomic.Int32 // items by worker
}

func (m *meeting) run(worker, _ int) {
	m.seen[worker].Add(1)
	m.arrived.Done()
	select {
	case <-m.all:
	case <-time.After(10 * time.Second):
		m.late.Add(1)
	}
}

// TestPoolSideBySide checks that a pool of four runs four items at once, one a worker.
func TestPoolSideBySide(t *testing.T) {
	p := newPool(4)
	defer p.close()
	m := &meeting{all: make(chan struct{})}
	m.arrived.Add(4)
	go func() { m.arrived.Wait(); close(m.all) }()
	p.do(m, 4)
	if n := m.late.Load(); n != 0 {
		t.Errorf("%d of 4 items waited in vain for the others", n)
	}
	for worker := range m.seen {
		if n := m.seen[worker].Load(); n != 1 {
			t.Errorf("worker %d had %d items", worker, n)
		}
	}
}

// TestPoolClose checks that the goroutines of a backend end with it, that closing
// twice does no harm, and that its operations still work.
func TestPoolClose(t *testing.T) {
	before := settledGoroutines()
	b, err := New(Options{Workers: 8})
	if err != nil {
		t.Fatal(err)
	}
	if n := settledGoroutines(); n != before+7 {
		t.Errorf("%d goroutines for 8 workers, the caller one of them", n-before)
	}
	for range 2 {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left", runtime.NumGoroutine()-before)
		}
		time.Sleep(time.Millisecond)
	}
	x := compute.New[float32](b, 3000, 48)
	b.ReLU(x, x)
}

// settledGoroutines returns the number of goroutines once it has stayed the same for a
// while: those of the test before may still be ending.
func settledGoroutines() int {
	n, same := runtime.NumGoroutine(), 0
	for same < 50 {
		time.Sleep(time.Millisecond)
		if now := runtime.NumGoroutine(); now == n {
			same++
		} else {
			n, same = now, 0
		}
	}
	return n
}
