package main

import (
	"errors"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
)

var errNoBackend = errors.New("no CUDA backend in this build")

func openCUDA(ordinal, workers int) (compute.Backend, error) {
	if err := driver.Find().Err(); err != nil {
		return nil, err
	}
	return nil, errNoBackend
}

func openSimulated(workers int) (compute.Backend, error) { return nil, errNoBackend }

func listCUDA() ([]gpu, error) { return nil, errNoBackend }
