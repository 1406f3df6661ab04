//go:build race && linux && amd64 && cgo

package cuda_test

// raceDetector says that the tests run under it, which makes the simulated device some
// thirty times slower.
const raceDetector = true
