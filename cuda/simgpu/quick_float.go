package simgpu

import "math"

// The f32 instructions that kernels use most, rounded to nearest, for all lanes at once.
// Go's float32 arithmetic is that; a result is NaN only seldom, and is made
// canonical in a second pass.

// canonical replaces the NaNs of d; most is the greatest magnitude of its elements, as bits.
func canonical(d *vec32, most uint32) {
	if most <= 0x7f800000 {
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
			var most uint32
			for i := range d {
				v := math.Float32bits(math.Float32frombits(a[i]) + math.Float32frombits(b[i]))
				most = max(most, v&0x7fffffff)
				d[i] = v
			}
			canonical(d, most)
		}))
		quicken("sub"+rn+".f32", quickWWW(func(d, a, b *vec32) {
			var most uint32
			for i := range d {
				v := math.Float32bits(math.Float32frombits(a[i]) - math.Float32frombits(b[i]))
				most = max(most, v&0x7fffffff)
				d[i] = v
			}
			canonical(d, most)
		}))
		quicken("mul"+rn+".f32", quickWWW(func(d, a, b *vec32) {
			var most uint32
			for i := range d {
				v := math.Float32bits(math.Float32frombits(a[i]) * math.Float32frombits(b[i]))
				most = max(most, v&0x7fffffff)
				d[i] = v
			}
			canonical(d, most)
		}))
	}
	quicken("div.rn.f32", quickWWW(func(d, a, b *vec32) {
		var most uint32
		for i := range d {
			v := math.Float32bits(math.Float32frombits(a[i]) / math.Float32frombits(b[i]))
			most = max(most, v&0x7fffffff)
			d[i] = v
		}
		canonical(d, most)
	}))
	quicken("sqrt.rn.f32", quickWW(func(d, a *vec32) {
		var most uint32
		for i := range d {
			v := math.Float32bits(float32(math.Sqrt(wide32(uint64(a[i])))))
			most = max(most, v&0x7fffffff)
			d[i] = v
		}
		canonical(d, most)
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
	for name, f := range map[string]func(a, b *vec32) uint32{
		"gt": func(a, b *vec32) (v uint32) {
			for i := range a {
				if math.Float32frombits(a[i]) > math.Float32frombits(b[i]) {
					v |= 1 << i
				}
			}
			return v
		},
		"lt": func(a, b *vec32) (v uint32) {
			for i := range a {
				if math.Float32frombits(a[i]) < math.Float32frombits(b[i]) {
					v |= 1 << i
				}
			}
			return v
		},
	} {
		quick := quickPWW(f)
		ops["setp."+name+".f32"] = withExec(ops["setp."+name+".f32"], func(w *warp, in *instr, mask uint32) {
			quick(w, in, mask)
			if in.d2 >= 0 {
				w.pred[in.d2] = w.pred[in.d2]&^mask | ^w.pred[in.d]&mask
			}
		})
	}
}
