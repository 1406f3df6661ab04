//go:build !linux || !amd64 || !cgo

package cuda

import (
	"fmt"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
)

// ErrNoDevice says that there is no GPU to be had: this build has no CUDA.
var ErrNoDevice = driver.ErrNoDevice

// Backend is never made in this build.
type Backend struct{ compute.Backend }

// Open returns an error: this build has no CUDA.
func Open(Options) (*Backend, error) { return nil, missing() }

// Devices returns an error: this build has no CUDA.
func Devices() ([]Device, error) { return nil, missing() }

func missing() error { return fmt.Errorf("cuda: %w", driver.Find().Err()) }

// ScratchBytes returns nothing: this build has no CUDA.
func ScratchBytes(op string, dims ...int) []int { return nil }
