//go:build !amd64

package philox

// blocksVector computes nothing: there is no vector form for this processor.
func blocksVector(seed uint64, purpose uint32, tick, stream, r0, r1, r2, r3 []uint32) int {
	return 0
}
