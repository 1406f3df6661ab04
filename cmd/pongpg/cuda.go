package main

import (
	"errors"

	"pongpg/cuda"
	"pongpg/trainer/compute"
)

func openCUDA(ordinal, workers int) (compute.Backend, error) {
	b, err := cuda.Open(cuda.Options{Ordinal: ordinal, Workers: workers})
	if err != nil {
		return nil, err
	}
	return b, nil
}

func openSimulated(workers int) (compute.Backend, error) { return nil, errors.New("no simulator") }
