//go:build linux && amd64 && cgo

package driver

// #include "driver.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Streams are raw handles here, CUstream: unsafe.Pointer(s.C()) of a gorgonia.org/cu
// Stream s.

// Graph is a CUgraph: recorded operations.
type Graph unsafe.Pointer

// GraphExec is a CUgraphExec: a Graph made ready to launch.
type GraphExec unsafe.Pointer

// HasGraphs says whether the driver has what this file calls: CUDA 11.4 or newer.
// Without, the functions return NotSupported.
func HasGraphs() bool {
	return Has(EntryStreamBeginCapture) && Has(EntryStreamEndCapture) && Has(EntryGraphInstantiateWithFlags) &&
		Has(EntryGraphLaunch) && Has(EntryGraphExecDestroy) && Has(EntryGraphDestroy)
}

// BeginCapture records what is put on the stream from now on, instead of running it.
// Until EndCapture this thread may not call what could wait for the device; other threads
// may (CU_STREAM_CAPTURE_MODE_THREAD_LOCAL). The null stream cannot be captured.
func BeginCapture(stream unsafe.Pointer) error {
	return wrap("begin the capture of a stream",
		C.cuStreamBeginCapture(C.CUstream(stream), C.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL))
}

// EndCapture ends the recording and returns it. GraphDestroy frees it.
func EndCapture(stream unsafe.Pointer) (Graph, error) {
	var g C.CUgraph
	if err := wrap("end the capture of a stream", C.cuStreamEndCapture(C.CUstream(stream), &g)); err != nil {
		return nil, err
	}
	return Graph(g), nil
}

// Instantiate makes a graph ready to launch; g may be destroyed then. GraphExecDestroy
// frees the result.
func Instantiate(g Graph) (GraphExec, error) {
	var x C.CUgraphExec
	if err := wrap("instantiate a graph", C.cuGraphInstantiateWithFlags(&x, C.CUgraph(g), 0)); err != nil {
		return nil, err
	}
	return GraphExec(x), nil
}

// GraphLaunch puts the graph's operations on the stream, in order after what is there. A
// GraphExec runs once at a time.
func GraphLaunch(x GraphExec, stream unsafe.Pointer) error {
	return wrap("launch a graph", C.cuGraphLaunch(C.CUgraphExec(x), C.CUstream(stream)))
}

// GraphDestroy frees what EndCapture returned.
func GraphDestroy(g Graph) error { return wrap("destroy a graph", C.cuGraphDestroy(C.CUgraph(g))) }

// GraphExecDestroy frees what Instantiate returned.
func GraphExecDestroy(x GraphExec) error {
	return wrap("destroy an instantiated graph", C.cuGraphExecDestroy(C.CUgraphExec(x)))
}

func wrap(what string, r C.CUresult) error {
	if r == C.CUDA_SUCCESS {
		return nil
	}
	return fmt.Errorf("%s: %w", what, Result(r))
}
