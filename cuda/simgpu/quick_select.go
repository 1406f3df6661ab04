package simgpu

import (
	"math"
	"slices"
	"strings"
)

// Comparisons and selections for all lanes at once.

func lessThan[T int32 | uint32 | int64 | uint64](a, b T) uint32 {
	if a < b {
		return 1
	}
	return 0
}

func quickenSelections() {
	// A comparison is less(a, b), less(b, a) or one of them denied; equality likewise.
	type vec32s = func(a, b *vec32) uint32
	type vec64s = func(a, b *vec64) uint32
	set32 := func(op string, f vec32s, swap, not bool) {
		ops[op] = withExec(ops[op], func(w *warp, in *instr, mask uint32) {
			a, b := in.a, in.b
			if swap {
				a, b = b, a
			}
			v := f(&w.r32[a], &w.r32[b])
			if not {
				v = ^v
			}
			w.pred[in.d] = w.pred[in.d]&^mask | v&mask
			if in.d2 >= 0 {
				w.pred[in.d2] = w.pred[in.d2]&^mask | ^v&mask
			}
		})
	}
	set64 := func(op string, f vec64s, swap, not bool) {
		ops[op] = withExec(ops[op], func(w *warp, in *instr, mask uint32) {
			a, b := in.a, in.b
			if swap {
				a, b = b, a
			}
			v := f(&w.r64[a], &w.r64[b])
			if not {
				v = ^v
			}
			w.pred[in.d] = w.pred[in.d]&^mask | v&mask
			if in.d2 >= 0 {
				w.pred[in.d2] = w.pred[in.d2]&^mask | ^v&mask
			}
		})
	}
	signed32 := func(a, b *vec32) (v uint32) {
		for i := range a {
			v |= lessThan(int32(a[i]), int32(b[i])) << i
		}
		return v
	}
	unsigned32 := func(a, b *vec32) (v uint32) {
		for i := range a {
			v |= lessThan(a[i], b[i]) << i
		}
		return v
	}
	signed64 := func(a, b *vec64) (v uint32) {
		for i := range a {
			v |= lessThan(int64(a[i]), int64(b[i])) << i
		}
		return v
	}
	unsigned64 := func(a, b *vec64) (v uint32) {
		for i := range a {
			v |= lessThan(a[i], b[i]) << i
		}
		return v
	}
	differ32 := func(a, b *vec32) (v uint32) {
		for i := range a {
			v |= lessThan(0, a[i]^b[i]) << i
		}
		return v
	}
	differ64 := func(a, b *vec64) (v uint32) {
		for i := range a {
			v |= lessThan(0, a[i]^b[i]) << i
		}
		return v
	}
	for name, how := range map[string]struct{ swap, not bool }{
		"lt": {false, false}, "gt": {true, false}, "ge": {false, true}, "le": {true, true},
	} {
		set32("setp."+name+".s32", signed32, how.swap, how.not)
		set32("setp."+name+".u32", unsigned32, how.swap, how.not)
		set32("setp."+name+".u16", unsigned32, how.swap, how.not)
		set64("setp."+name+".s64", signed64, how.swap, how.not)
		set64("setp."+name+".u64", unsigned64, how.swap, how.not)
	}
	for _, letter := range []string{"b", "s", "u"} {
		for _, width := range []uint{16, 32} {
			set32("setp.ne."+typeName(letter, width), differ32, false, false)
			set32("setp.eq."+typeName(letter, width), differ32, false, true)
		}
		set64("setp.ne."+letter+"64", differ64, false, false)
		set64("setp.eq."+letter+"64", differ64, false, true)
	}
	for name, how := range map[string]struct {
		f         vec32s
		swap, not bool
	}{
		"lt": {less, false, false}, "gt": {less, true, false}, "geu": {less, false, true}, "leu": {less, true, true},
		"le": {atMost, false, false}, "ge": {atMost, true, false}, "gtu": {atMost, false, true}, "ltu": {atMost, true, true},
		"eq": {equal, false, false}, "neu": {equal, false, true},
	} {
		set32("setp."+name+".f32", how.f, how.swap, how.not)
	}
	for _, typ := range []string{"b16", "u16", "s16", "b32", "u32", "s32", "f32"} {
		quicken("selp."+typ, func(w *warp, in *instr, mask uint32) {
			choose(&w.t32, &w.r32[in.a], &w.r32[in.b], w.choice(in))
			if mask == fullMask {
				w.r32[in.d] = w.t32
				return
			}
			keep32(w, &w.r32[in.d], mask)
		})
	}
	for _, typ := range []string{"b64", "u64", "s64", "f64"} {
		quicken("selp."+typ, func(w *warp, in *instr, mask uint32) {
			choose(&w.t64, &w.r64[in.a], &w.r64[in.b], w.choice(in))
			keep64(w, &w.r64[in.d], mask)
		})
	}
	quickenCombined()
}

// choice is the lanes in which selp takes its first operand.
func (w *warp) choice(in *instr) uint32 {
	p := w.pred[in.c]
	if in.flags&flagNotC != 0 {
		p = ^p
	}
	return p
}

// choose takes a in the lanes of p, and b in the others.
func choose[T uint32 | uint64](d, a, b *[lanes]T, p uint32) {
	for i := range d {
		v := b[i]
		if p>>i&1 != 0 {
			v = a[i]
		}
		d[i] = v
	}
}

// less, atMost and equal compare f32; false for NaN.

func less(a, b *vec32) (v uint32) {
	for i := range a {
		if math.Float32frombits(a[i]) < math.Float32frombits(b[i]) {
			v |= 1 << i
		}
	}
	return v
}

func atMost(a, b *vec32) (v uint32) {
	for i := range a {
		if math.Float32frombits(a[i]) <= math.Float32frombits(b[i]) {
			v |= 1 << i
		}
	}
	return v
}

func equal(a, b *vec32) (v uint32) {
	for i := range a {
		if math.Float32frombits(a[i]) == math.Float32frombits(b[i]) {
			v |= 1 << i
		}
	}
	return v
}

// quickenCombined makes setp.cmp.and and its like from the quick setp.cmp.
func quickenCombined() {
	combine := map[string]func(x, y uint32) uint32{
		"and": func(x, y uint32) uint32 { return x & y },
		"or":  func(x, y uint32) uint32 { return x | y },
		"xor": func(x, y uint32) uint32 { return x ^ y },
	}
	for op := range ops {
		parts := strings.Split(op, ".")
		if parts[0] != "setp" || combine[parts[2]] == nil {
			continue
		}
		f := combine[parts[2]]
		plain := ops[strings.Join(slices.Delete(parts, 2, 3), ".")].exec
		quicken(op, func(w *warp, in *instr, mask uint32) {
			c, old := w.pred[in.c], w.pred[in.d]
			if in.flags&flagNotC != 0 {
				c = ^c
			}
			plain(w, in, mask)
			w.pred[in.d] = old&^mask | f(w.pred[in.d], c)&mask
		})
	}
}

func withExec(d def, exec execFunc) def {
	if d.exec == nil {
		panic("simgpu: an instruction that is not defined was to be quickened")
	}
	d.exec = exec
	return d
}
