//go:build !race && linux && amd64 && cgo

package cuda_test

// raceDetector says that the tests run under it.
const raceDetector = false
