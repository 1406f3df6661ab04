package simgpu

// The integer instructions that kernels use most, for all lanes at once.

func quickenIntegers() {
	addW := quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = a[i] + b[i]
		}
	})
	subW := quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = a[i] - b[i]
		}
	})
	mulW := quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = a[i] * b[i]
		}
	})
	madW := quickWWWW(func(d, a, b, c *vec32) {
		for i := range d {
			d[i] = a[i]*b[i] + c[i]
		}
	})
	addD := quickDDD(func(d, a, b *vec64) {
		for i := range d {
			d[i] = a[i] + b[i]
		}
	})
	subD := quickDDD(func(d, a, b *vec64) {
		for i := range d {
			d[i] = a[i] - b[i]
		}
	})
	mulD := quickDDD(func(d, a, b *vec64) {
		for i := range d {
			d[i] = a[i] * b[i]
		}
	})
	for _, letter := range []string{"u", "s"} {
		quicken("add."+letter+"32", addW)
		quicken("sub."+letter+"32", subW)
		quicken("mul.lo."+letter+"32", mulW)
		quicken("mad.lo."+letter+"32", madW)
		quicken("add."+letter+"64", addD)
		quicken("sub."+letter+"64", subD)
		quicken("mul.lo."+letter+"64", mulD)
	}
	quicken("mul.wide.u32", quickDWW(func(d *vec64, a, b *vec32) {
		for i := range d {
			d[i] = uint64(a[i]) * uint64(b[i])
		}
	}))
	quicken("mul.wide.s32", quickDWW(func(d *vec64, a, b *vec32) {
		for i := range d {
			d[i] = uint64(int64(int32(a[i])) * int64(int32(b[i])))
		}
	}))
	quicken("mad.wide.u32", quickDWWD(func(d *vec64, a, b *vec32, c *vec64) {
		for i := range d {
			d[i] = uint64(a[i])*uint64(b[i]) + c[i]
		}
	}))
	quicken("mul.hi.u32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = uint32(uint64(a[i]) * uint64(b[i]) >> 32)
		}
	}))
	quicken("neg.s32", quickWW(func(d, a *vec32) {
		for i := range d {
			d[i] = -a[i]
		}
	}))
	quicken("div.u32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			if b[i] == 0 {
				d[i] = ^uint32(0)
			} else {
				d[i] = a[i] / b[i]
			}
		}
	}))
	quicken("min.u32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = min(a[i], b[i])
		}
	}))
	quicken("max.u32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = max(a[i], b[i])
		}
	}))
	quickenBits()
	quickenShifts()
}

func quickenBits() {
	quicken("and.b32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = a[i] & b[i]
		}
	}))
	quicken("or.b32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = a[i] | b[i]
		}
	}))
	quicken("xor.b32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = a[i] ^ b[i]
		}
	}))
	quicken("not.b32", quickWW(func(d, a *vec32) {
		for i := range d {
			d[i] = ^a[i]
		}
	}))
	quicken("xor.b64", quickDDD(func(d, a, b *vec64) {
		for i := range d {
			d[i] = a[i] ^ b[i]
		}
	}))
	quicken("and.b64", quickDDD(func(d, a, b *vec64) {
		for i := range d {
			d[i] = a[i] & b[i]
		}
	}))
	quicken("or.b64", quickDDD(func(d, a, b *vec64) {
		for i := range d {
			d[i] = a[i] | b[i]
		}
	}))
	for name, f := range map[string]func(a, b uint32) uint32{
		"and.pred": func(a, b uint32) uint32 { return a & b },
		"or.pred":  func(a, b uint32) uint32 { return a | b },
		"xor.pred": func(a, b uint32) uint32 { return a ^ b },
	} {
		quicken(name, func(w *warp, in *instr, mask uint32) {
			a, b := w.pred[in.a], w.pred[in.b]
			if in.flags&flagNotA != 0 {
				a = ^a
			}
			if in.flags&flagNotB != 0 {
				b = ^b
			}
			w.pred[in.d] = w.pred[in.d]&^mask | f(a, b)&mask
		})
	}
}

func quickenShifts() {
	quicken("shl.b32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = a[i] << b[i]
		}
	}))
	quicken("shr.u32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = a[i] >> b[i]
		}
	}))
	quicken("shr.s32", quickWWW(func(d, a, b *vec32) {
		for i := range d {
			d[i] = uint32(int32(a[i]) >> b[i])
		}
	}))
	quicken("shl.b64", quickDDW(func(d, a *vec64, b *vec32) {
		for i := range d {
			d[i] = a[i] << b[i]
		}
	}))
	quicken("shr.u64", quickDDW(func(d, a *vec64, b *vec32) {
		for i := range d {
			d[i] = a[i] >> b[i]
		}
	}))
}
