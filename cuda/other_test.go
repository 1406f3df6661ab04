//go:build !linux || !amd64 || !cgo

package cuda

import (
	"errors"
	"testing"
)

// TestNoCUDA checks that a build without CUDA says so, as a machine without a GPU would.
func TestNoCUDA(t *testing.T) {
	if _, err := Open(Options{}); !errors.Is(err, ErrNoDevice) {
		t.Errorf("Open: %v", err)
	}
	if _, err := Devices(); !errors.Is(err, ErrNoDevice) {
		t.Errorf("Devices: %v", err)
	}
}
