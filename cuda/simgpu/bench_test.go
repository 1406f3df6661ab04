package simgpu

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
)

// BenchmarkKernels runs kernels like those that train, on one worker and with all checks.
func BenchmarkKernels(b *testing.B) {
	const rows, width, cols, units = 4096, 6, 1024, 208
	r := rand.New(rand.NewPCG(1, 1))
	d := New(Options{Workers: 1})
	m := load(b, d, "bench.ptx")
	var entries []byte
	for i := range rows * width {
		e := uint16(r.IntN(cols)*2 + i%2)
		if i%width == width-1 && r.IntN(2) == 0 {
			e = 0xffff
		}
		entries = binary.LittleEndian.AppendUint16(entries, e)
	}
	float := func(int) uint32 { return math.Float32bits(r.Float32() - 0.5) }
	const n = cols * units
	x, z := upload(b, d, entries), allocate(b, d, 4*rows)
	w, c, g := upload(b, d, words(n, float)), upload(b, d, make([]byte, 4*n)), upload(b, d, words(n, float))
	for _, bench := range []struct {
		kernel string
		blocks uint32
		params []byte
	}{
		{"forward", rows / 8, pack(z, x, w, g, uint32(rows), uint32(width), uint32(units))},
		{"update", n / 256, pack(w, c, g, uint32(n), float32(1e-3), float32(0.99), float32(0.01), float32(1e-5))},
		{"sums", n / 256, pack(z, w)},
	} {
		b.Run(bench.kernel, func(b *testing.B) {
			f := kernel(b, m, bench.kernel)
			before := d.Executed()
			for b.Loop() {
				if err := d.Launch(f, dim(bench.blocks), dim(256), 0, bench.params); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Executed()-before)/b.Elapsed().Seconds()/1e6, "Minstr/s")
		})
	}
}
