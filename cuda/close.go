//go:build linux && amd64 && cgo

package cuda

import (
	"errors"
	"fmt"
	"runtime"

	"gorgonia.org/cu"

	"pongpg/cuda/driver"
)

// Close waits for all queues, frees all memory and lets the device go. Nothing else may run
// meanwhile. Of a queue it does nothing: closing the backend closes it. A second Close does
// nothing either. After an error of the device, which Sync tells, it frees what it can.
func (b *Backend) Close() error {
	if !b.main {
		return nil
	}
	return b.shut()
}

// shut is Close, of the device.
func (g *gpu) shut() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	g.closed = true
	failed := g.broken()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cu.SetCurrentContext(g.context)
	if err == nil {
		err = g.teardown()
	} else {
		err = errors.Join(err, g.handle.ReleasePrimaryCtx())
	}
	g.stick(errClosed)
	if err == nil || failed {
		return nil
	}
	return fmt.Errorf("%s: close: %w", g.name, explain(err))
}

// teardown frees everything, in the order in which one thing uses another, and returns
// the first error.
func (g *gpu) teardown() (first error) {
	try := func(err error) {
		if first == nil {
			first = err
		}
	}
	for _, q := range g.queues {
		try(q.stream.Synchronize())
	}
	for _, q := range g.queues {
		for _, x := range q.recorded {
			try(driver.GraphExecDestroy(x))
		}
		for _, s := range q.scratches {
			if s.at != 0 {
				try(cu.MemFree(s.at))
			}
		}
		for _, at := range q.retired {
			try(cu.MemFree(at))
		}
		try(q.stream.Destroy())
		q.recorded, q.scratches, q.retired, q.bounce = nil, nil, nil, bounce{}
	}
	if g.clear != (cu.Stream{}) {
		try(g.clear.Destroy())
	}
	for _, at := range g.arrays {
		try(cu.MemFree(at))
	}
	for _, p := range g.host {
		try(driver.HostFree(p))
	}
	for _, m := range g.modules {
		try(m.Unload())
	}
	try(g.handle.ReleasePrimaryCtx())
	g.queues, g.arrays, g.host, g.modules = nil, nil, nil, nil
	g.pinned.Store(nil)
	return first
}
