//go:build !linux || !amd64 || !cgo

package cudatest

import (
	"os"
	"testing"

	"pongpg/cuda"
)

// Devices skips the test, as this build has no CUDA; it fails it if PONGPG_REQUIRE_CUDA
// is 1.
func Devices(t *testing.T, _ cuda.Options, _ func(t *testing.T, b *cuda.Backend)) {
	if os.Getenv("PONGPG_REQUIRE_CUDA") == "1" {
		t.Fatalf("PONGPG_REQUIRE_CUDA=1, and %v", cuda.ErrNoDevice)
	}
	t.Skip(cuda.ErrNoDevice)
}
