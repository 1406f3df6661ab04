//go:build !linux || !amd64 || !cgo

package main

// cudaBuilt says whether this build can compute on a GPU.
const cudaBuilt = false
