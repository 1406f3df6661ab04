package simgpu

import (
	"encoding/binary"
	"fmt"
	"testing"
)

// pack lays out parameters as a launch wants them: each at a multiple of its size.
func pack(args ...any) []byte {
	var p []byte
	align := func(n int) {
		for len(p)%n != 0 {
			p = append(p, 0)
		}
	}
	for _, a := range args {
		n := binary.Size(a)
		align(n)
		var err error
		if p, err = binary.Append(p, binary.LittleEndian, a); err != nil {
			panic(fmt.Sprintf("parameter %v: %v", a, err))
		}
	}
	return p
}

func allocate(t testing.TB, d *Device, n int) uint64 {
	t.Helper()
	a, err := d.Malloc(uint64(n))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// upload allocates device memory that holds p.
func upload(t testing.TB, d *Device, p []byte) uint64 {
	t.Helper()
	a := allocate(t, d, len(p))
	if err := d.Write(a, p); err != nil {
		t.Fatal(err)
	}
	return a
}
