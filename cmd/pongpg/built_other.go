//go:build !linux || !amd64 || !cgo

package main

import (
	"errors"

	"pongpg/trainer/compute"
)

// cudaBuilt says whether this build can compute on a GPU.
const cudaBuilt = false

func openSimulated(int) (compute.Backend, error) {
	return nil, errors.New("the simulated GPU needs a build for linux/amd64 with cgo")
}
