//go:build linux && amd64 && cgo

package driver_test

import (
	"fmt"
	"slices"
	"testing"

	"pongpg/cuda/driver"
)

// recorded is a call as a Simulator saw it.
type recorded struct {
	entry driver.Entry
	args  []uint64
}

// recorder is a Simulator that keeps its calls and answers each by a function.
type recorder struct {
	calls  []recorded
	answer func(e driver.Entry, args []uint64) driver.Result
}

func (r *recorder) Call(e driver.Entry, args []uint64) driver.Result {
	r.calls = append(r.calls, recorded{e, slices.Clone(args)})
	if len(args) != e.Arity() {
		panic(fmt.Sprintf("%v has %d parameters, was called with %d", e, e.Arity(), len(args)))
	}
	if r.answer == nil {
		return driver.Success
	}
	return r.answer(e, args)
}

// simulate puts a recorder in the driver's place for the length of a test.
func simulate(t *testing.T, answer func(e driver.Entry, args []uint64) driver.Result) *recorder {
	t.Helper()
	r := &recorder{answer: answer}
	t.Cleanup(driver.Simulate(r))
	return r
}

// only returns the single call so far, and forgets it.
func (r *recorder) only(t *testing.T, e driver.Entry) []uint64 {
	t.Helper()
	if len(r.calls) != 1 || r.calls[0].entry != e {
		t.Fatalf("calls %v, want one of %v", r.calls, e)
	}
	args := r.calls[0].args
	r.calls = nil
	return args
}

func write[T any](arg uint64, v T) { *(*T)(driver.Pointer(arg)) = v }
func read[T any](arg uint64) T     { return *(*T)(driver.Pointer(arg)) }

func wantArgs(t *testing.T, got []uint64, want ...uint64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("arguments %#x, want %#x", got, want)
	}
}
