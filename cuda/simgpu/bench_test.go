package simgpu

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"pongpg/kernels"
)

// BenchmarkKernels runs kernels that ship, at a policy's size, on one worker with all checks.
func BenchmarkKernels(b *testing.B) {
	const rows, width, cols, units = 4096, 6, 8214, 208
	r := rand.New(rand.NewPCG(1, 1))
	d := New(Options{Workers: 1})
	var entries []byte
	for i := range rows * width {
		e := uint16(r.IntN(cols)*2 + i%2)
		if i%width == width-1 && r.IntN(2) == 0 {
			e = 0xffff
		}
		entries = binary.LittleEndian.AppendUint16(entries, e)
	}
	small := func(i int) uint32 { return 0x3a000000 | r.Uint32()&0x80ffffff }
	x := upload(b, d, entries)
	w1, c1, g1 := upload(b, d, words(cols*units, small)), upload(b, d, make([]byte, 4*cols*units)), upload(b, d, words(cols*units, small))
	w2, z := upload(b, d, words(units, small)), allocate(b, d, 4*rows)
	active := allocate(b, d, rows*units/16*2)
	y := upload(b, d, make([]byte, 4*rows*units))
	sums := allocate(b, d, 4*(cols*units+8191)/8192*4)
	for _, c := range []struct {
		k      *kernels.Kernel
		blocks int
		params []byte
	}{
		{kernels.SparseMLP, (rows + 7) / 8, pack(z, active, x, w1, w2, uint32(rows), uint32(width), uint32(cols), uint32(units), uint32(1))},
		{kernels.SparseMatMul, 0, pack(y, x, w1, uint32(rows), uint32(width), uint32(cols), uint32(units))},
		{kernels.RMSProp, (cols*units + 1023) / 1024, pack(w1, c1, g1, uint64(cols*units), float32(1e-3), float32(0.99), float32(0.01), float32(1e-5))},
		{kernels.SumSquaresChunks, 0, pack(sums, g1, uint64(cols*units))},
	} {
		b.Run(c.k.Name, func(b *testing.B) {
			m, err := d.Load(c.k.PTX())
			if err != nil {
				b.Fatal(err)
			}
			f := kernel(b, m, c.k.Name)
			if c.blocks == 0 {
				b.Skip("not launched yet")
			}
			before := d.Executed()
			for b.Loop() {
				if err := d.Launch(f, dim(uint32(c.blocks)), dim(uint32(c.k.Block)), 0, c.params); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Executed()-before)/b.Elapsed().Seconds()/1e6, "Mwarpinstr/s")
		})
	}
}
