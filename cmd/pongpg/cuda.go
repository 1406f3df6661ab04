package main

import (
	"pongpg/cuda"
	"pongpg/trainer/compute"
)

func openCUDA(ordinal, workers int) (compute.Backend, error) {
	b, err := cuda.Open(cuda.Options{Ordinal: ordinal, Workers: workers})
	if err != nil {
		return nil, err // and no *cuda.Backend that is nil
	}
	return b, nil
}
