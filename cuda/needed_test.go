//go:build linux && amd64 && cgo

package cuda

import (
	"slices"
	"testing"

	"pongpg/cuda/driver"
)

// TestNeeded does a bit of everything that a run does, and holds the functions that the
// driver must have to those that were called: none is missing, and none is asked for in vain.
func TestNeeded(t *testing.T) {
	d := inject(t)
	if _, err := Devices(); err != nil {
		t.Fatal(err)
	}
	b, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	program(b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	without := []driver.Entry{ // which a driver may be
		driver.EntryDeviceGetUuid, driver.EntryDevicePrimaryCtxSetFlags,
		driver.EntryStreamBeginCapture, driver.EntryStreamEndCapture, driver.EntryGraphInstantiateWithFlags,
		driver.EntryGraphLaunch, driver.EntryGraphExecDestroy, driver.EntryGraphDestroy,
	}
	for e := range driver.Entry(driver.Entries) {
		called, needed := d.count(e) > 0, slices.Contains(driver.Needed(), e)
		switch {
		case called && !needed && !slices.Contains(without, e):
			t.Errorf("%v is called, and not among what is needed", e)
		case needed && !called:
			t.Errorf("%v is among what is needed, and was not called", e)
		}
	}
}
