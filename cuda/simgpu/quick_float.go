package simgpu

import "math"

// The f32 instructions that kernels use most, rounded to nearest, for all lanes at once.
// Go's float32 arithmetic is that; a result is NaN only seldom, and is made
// canonical in a second pass.

// canonical replaces the NaNs of d. The highest bit of nan says if there are any: adding
// 0x7fffff to a magnitude sets it for a NaN and for nothing less.
func canonical(d *vec32, nan uint32) {
	if nan>>31 == 0 {
		return
	}
	for i, v := range d {
		if v&0x7fffffff > 0x7f800000 {
			d[i] = canonical32
		}
	}
}

func quickenFloats() {
	for _, rn := range []string{"", ".rn"} {
		quicken("add"+rn+".f32", quickWWW(func(d, a, b *vec32) {
			var nan uint32
			for i := range d {
				v := math.Float32bits(math.Float32frombits(a[i]) + math.Float32frombits(b[i]))
				nan |= v&0x7fffffff + 0x7fffff
				d[i] = v
			}
			canonical(d, nan)
		}))
		quicken("sub"+rn+".f32", quickWWW(func(d, a, b *vec32) {
			var nan uint32
			for i := range d {
				v := math.Float32bits(math.Float32frombits(a[i]) - math.Float32frombits(b[i]))
				nan |= v&0x7fffffff + 0x7fffff
				d[i] = v
			}
			canonical(d, nan)
		}))
		quicken("mul"+rn+".f32", quickWWW(func(d, a, b *vec32) {
			var nan uint32
			for i := range d {
				v := math.Float32bits(math.Float32frombits(a[i]) * math.Float32frombits(b[i]))
				nan |= v&0x7fffffff + 0x7fffff
				d[i] = v
			}
			canonical(d, nan)
		}))
	}
	quicken("div.rn.f32", quickWWW(func(d, a, b *vec32) {
		var nan uint32
		for i := range d {
			v := math.Float32bits(math.Float32frombits(a[i]) / math.Float32frombits(b[i]))
			nan |= v&0x7fffffff + 0x7fffff
			d[i] = v
		}
		canonical(d, nan)
	}))
	quicken("sqrt.rn.f32", quickWW(func(d, a *vec32) {
		var nan uint32
		for i := range d {
			v := math.Float32bits(float32(math.Sqrt(wide32(uint64(a[i])))))
			nan |= v&0x7fffffff + 0x7fffff
			d[i] = v
		}
		canonical(d, nan)
	}))
	quicken("fma.rn.f32", quickWWWW(func(d, a, b, c *vec32) {
		for i := range d {
			p := wide32(uint64(a[i])) * wide32(uint64(b[i]))
			d[i] = uint32(bits32(float32(oddSum(p, wide32(uint64(c[i]))))))
		}
	}))
	quicken("abs.f32", quickWW(func(d, a *vec32) {
		for i := range d {
			d[i] = a[i] &^ (1 << 31)
		}
	}))
	quicken("neg.f32", quickWW(func(d, a *vec32) {
		for i := range d {
			d[i] = a[i] ^ 1<<31
		}
	}))
}
