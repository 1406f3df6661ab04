//go:build linux && amd64 && cgo

package cuda

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"gorgonia.org/cu"

	"pongpg/kernels"
)

// Open returns a backend on a GPU, all of whose kernels are loaded: the driver
// compiles them for the card, which takes a second the first time and is kept in its
// cache (~/.nv/ComputeCache). The error is ErrNoDevice if there is no GPU to be had.
func Open(options Options) (*Backend, error) {
	if options.Ordinal < 0 || options.Workers < 0 {
		return nil, fmt.Errorf("cuda: device %d and %d workers; neither may be negative", options.Ordinal, options.Workers)
	}
	n, err := count()
	if err != nil {
		return nil, err
	}
	if options.Ordinal >= n {
		return nil, fmt.Errorf("cuda: no device cuda:%d; this machine has %d: cuda:0 to cuda:%d", options.Ordinal, n, n-1)
	}
	device := look(options.Ordinal)
	if device.Err != nil {
		return nil, fmt.Errorf("cuda: %w", device.Err)
	}
	g := &gpu{
		device: device, name: device.String(), workers: options.Workers,
		synchronous: options.Synchronous || os.Getenv("PONGPG_CUDA_SYNC") == "1",
		functions:   map[*kernels.Kernel]cu.Function{},
	}
	if g.workers == 0 {
		g.workers = runtime.GOMAXPROCS(0)
	}
	b, err := g.open()
	if err != nil {
		return nil, fmt.Errorf("cuda: %w", err)
	}
	return b, nil
}

// open starts the device, loads the kernels and makes the first queue.
func (g *gpu) open() (b *Backend, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if g.handle, err = cu.GetDevice(g.device.Ordinal); err != nil {
		return nil, g.device.failed("look for the device", err)
	}
	// A wait that blocks is a long one (Backend.wait), in which the thread may sleep. A
	// context that exists already keeps its way of waiting.
	_ = g.handle.SetPrimaryCtxFlags(cu.SchedBlockingSync)
	if g.context, err = g.handle.RetainPrimaryCtx(); err != nil {
		return nil, g.device.failed("start the device", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.teardown())
		}
	}()
	if err = cu.SetCurrentContext(g.context); err != nil {
		return nil, g.device.failed("start the device", err)
	}
	if g.device.Free, _, err = cu.MemInfo(); err != nil {
		return nil, g.device.failed("ask for the free memory", err)
	}
	if err = g.load(); err != nil {
		return nil, err
	}
	if g.clear, err = cu.MakeStream(cu.NonBlocking); err != nil {
		return nil, g.device.failed("make a stream", err)
	}
	if b, err = g.newQueue(); err != nil {
		return nil, g.device.failed("make a stream", err)
	}
	b.main = true
	return b, nil
}

// load loads every module once, and looks up its kernels.
func (g *gpu) load() error {
	modules := map[string]cu.Module{}
	for _, k := range kernels.All() {
		module, ok := modules[k.File]
		if !ok {
			var err error
			if module, err = g.compile(k); err != nil {
				return err
			}
			modules[k.File] = module
			g.modules = append(g.modules, module)
		}
		f, err := module.Function(k.Name)
		if err != nil {
			return g.device.failed("look for kernel "+k.Name, err)
		}
		// Asking for an attribute also loads the kernel now, where the driver would
		// wait for the first launch.
		threads, err := f.Attribute(cu.FnMaxThreadsPerBlock)
		if err != nil {
			return g.device.failed("load kernel "+k.Name, err)
		}
		if threads < k.Block {
			return fmt.Errorf("%s: kernel %s runs with %d threads at most and needs %d; update the driver, or use another card", g.name, k.Name, threads, k.Block)
		}
		g.functions[k] = f
	}
	return nil
}

// compile loads the module that k is in. An error has what the driver's compiler wrote.
func (g *gpu) compile(k *kernels.Kernel) (cu.Module, error) {
	buffer := make([]byte, 16<<10)
	var pin runtime.Pinner
	pin.Pin(&buffer[0]) // gorgonia.org/cu hands its address to C inside of an array
	defer pin.Unpin()
	module, err := cu.LoadDataEx(k.PTX(), &cu.JITErrorLogBuffer{Buffer: buffer})
	if err == nil {
		return module, nil
	}
	what := "load " + k.File + ".ptx"
	text, _, _ := bytes.Cut(buffer, []byte{0})
	if log := strings.TrimSpace(string(text)); log != "" {
		what += " (" + strings.Join(strings.Fields(log), " ") + ")"
	}
	return module, g.device.failed(what, err)
}
