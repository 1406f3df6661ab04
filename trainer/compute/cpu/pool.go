package cpu

import (
	"sync"
	"sync/atomic"
)

// task is an operation split into items, which workers take one at a time in no
// particular order. An item's result may not depend on the worker, whose number is
// only for its scratch memory.
type task interface {
	run(worker, item int)
}

// pool is the goroutines that share a task with the caller.
type pool struct {
	workers int // the caller included
	wake    chan struct{}
	done    sync.WaitGroup

	task  task
	items int64
	next  atomic.Int64 // the first item that nobody has taken

	mu       sync.Mutex
	panicked any // the first panic of a goroutine of the pool
}

// newPool starts workers−1 goroutines; the caller of do is worker 0.
func newPool(workers int) *pool {
	p := &pool{workers: workers, wake: make(chan struct{}, workers)}
	for worker := 1; worker < workers; worker++ {
		go p.work(worker)
	}
	return p
}

// close ends the goroutines. The caller alone does what comes afterwards.
func (p *pool) close() {
	if p.workers > 1 {
		close(p.wake)
		p.workers = 1
	}
}

// do runs all items of t and returns when they are done. A panic of an item is
// the caller's.
func (p *pool) do(t task, items int) {
	if p.workers == 1 || items <= 1 {
		for i := range items {
			t.run(0, i)
		}
		return
	}
	p.task, p.items = t, int64(items)
	p.next.Store(0)
	helpers := min(p.workers, items) - 1
	p.done.Add(helpers)
	for range helpers {
		p.wake <- struct{}{}
	}
	defer p.finish()
	p.take(0)
}

// finish waits for the goroutines and passes a panic of theirs on, unless the
// caller is panicking already: then one is enough.
func (p *pool) finish() {
	mine := recover()
	p.done.Wait()
	theirs := p.panicked
	p.task, p.panicked = nil, nil
	if mine != nil {
		panic(mine)
	}
	if theirs != nil {
		panic(theirs)
	}
}

func (p *pool) work(worker int) {
	for range p.wake {
		p.help(worker)
	}
}

func (p *pool) help(worker int) {
	defer p.done.Done()
	defer func() {
		if r := recover(); r != nil {
			p.mu.Lock()
			p.panicked = r
			p.mu.Unlock()
		}
	}()
	p.take(worker)
}

// take runs items until none is left.
func (p *pool) take(worker int) {
	for {
		i := p.next.Add(1) - 1
		if i >= p.items {
			return
		}
		p.task.run(worker, int(i))
	}
}
