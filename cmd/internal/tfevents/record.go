package tfevents

import (
	"encoding/binary"
	"hash/crc32"
)

const (
	headBytes = 12 // before the payload
	tailBytes = 4  // after it
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked returns the checksum of b as records have it: rotated, plus a constant
// (core/lib/hash/crc32c.h), since the checksum of bytes that hold their own checksum is weak.
func masked(b []byte) uint32 {
	sum := crc32.Checksum(b, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// AppendRecord appends a record with a payload to dst.
func AppendRecord(dst, payload []byte) []byte {
	at := len(dst)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(len(payload)))
	dst = binary.LittleEndian.AppendUint32(dst, masked(dst[at:]))
	dst = append(dst, payload...)
	return binary.LittleEndian.AppendUint32(dst, masked(payload))
}

// Records returns the payloads of the records that b begins with, which alias b: up to its
// end, or to the first that is cut off or damaged, after which nobody knows where another
// begins.
func Records(b []byte) (payloads [][]byte) {
	for len(b) >= headBytes+tailBytes {
		n := binary.LittleEndian.Uint64(b)
		if binary.LittleEndian.Uint32(b[8:]) != masked(b[:8]) || n > uint64(len(b)-headBytes-tailBytes) {
			return payloads
		}
		payload := b[headBytes : headBytes+n : headBytes+n]
		if b = b[headBytes+n:]; binary.LittleEndian.Uint32(b) != masked(payload) {
			return payloads
		}
		payloads = append(payloads, payload)
		b = b[tailBytes:]
	}
	return payloads
}
