package simgpu

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Every computing instruction is run as a kernel of its own, on edge values and random ones, with
// all lanes and with some, and compared with its independent definition.

// opKernel is PTX that reads operands from arrays of 64-bit words, executes op by all
// lanes, then by those with odd first operands, and stores both results.
func opKernel(op string, dst class, src []class) string {
	var b strings.Builder
	b.WriteString(ptxHeader + ".visible .entry k(.param .u64 in, .param .u64 out)\n{\n" +
		".reg .pred %p<8>; .reg .b16 %h<8>; .reg .b32 %r<16>; .reg .b64 %d<16>;\n" +
		"ld.param.u64 %d8, [in]; ld.param.u64 %d9, [out];\n" +
		"mov.u32 %r8, %tid.x; mov.u32 %r9, %ctaid.x; mov.u32 %r10, %ntid.x;\n" +
		"mad.lo.u32 %r8, %r9, %r10, %r8;\n" +
		fmt.Sprintf("mul.wide.u32 %%d10, %%r8, %d; add.u64 %%d8, %%d8, %%d10;\n", 8*len(src)) +
		"mul.wide.u32 %d10, %r8, 16; add.u64 %d9, %d9, %d10;\n" +
		"ld.global.u64 %d15, [%d8]; cvt.u32.u64 %r15, %d15; and.b32 %r15, %r15, 1; setp.eq.u32 %p7, %r15, 1;\n")
	var args []string
	for i, c := range src {
		reg, ld := "", ""
		switch c {
		case class16:
			reg, ld = fmt.Sprintf("%%h%d", i+1), "ld.global.u16"
		case class32:
			reg, ld = fmt.Sprintf("%%r%d", i+1), "ld.global.u32"
		case class64:
			reg, ld = fmt.Sprintf("%%d%d", i+1), "ld.global.u64"
		case classPred:
			reg = fmt.Sprintf("%%p%d", i+1)
			fmt.Fprintf(&b, "ld.global.u32 %%r14, [%%d8+%d]; setp.ne.u32 %s, %%r14, 0;\n", 8*i, reg)
		}
		if ld != "" {
			fmt.Fprintf(&b, "%s %s, [%%d8+%d];\n", ld, reg, 8*i)
		}
		args = append(args, reg)
	}
	list := strings.Join(args, ", ")
	for i, guard := range []string{"", "@%p7 "} {
		switch dst {
		case class16:
			fmt.Fprintf(&b, "mov.u16 %%h0, 0x55; %s%s %%h0, %s; cvt.u64.u16 %%d0, %%h0;\n", guard, op, list)
		case class32:
			fmt.Fprintf(&b, "mov.u32 %%r0, 0x55; %s%s %%r0, %s; cvt.u64.u32 %%d0, %%r0;\n", guard, op, list)
		case class64:
			fmt.Fprintf(&b, "mov.u64 %%d0, 0x55; %s%s %%d0, %s;\n", guard, op, list)
		case classPred:
			fmt.Fprintf(&b, "setp.ne.u32 %%p0, 0, 0; %s%s %%p0, %s; selp.u64 %%d0, 1, 0, %%p0;\n", guard, op, list)
		}
		fmt.Fprintf(&b, "st.global.u64 [%%d9+%d], %%d0;\n", 8*i)
	}
	b.WriteString("ret;\n}\n")
	return b.String()
}

const ptxHeader = ".version 6.3\n.target sm_60\n.address_size 64\n"

// runOp returns both results of each case.
func runOp(t *testing.T, op string, dst class, src []class, cases [][4]uint64) (full, some []uint64) {
	t.Helper()
	d := New(Options{Workers: 1})
	m, err := d.Load(opKernel(op, dst, src))
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.Function("k")
	if err != nil {
		t.Fatal(err)
	}
	const threads = 64
	for len(cases)%threads != 0 {
		cases = append(cases, cases[0])
	}
	var in []byte
	for _, c := range cases {
		for i := range src {
			in = binary.LittleEndian.AppendUint64(in, c[i])
		}
	}
	out := make([]byte, 16*len(cases))
	a, b := upload(t, d, in), allocate(t, d, len(out))
	if err := d.Launch(f, [3]uint32{uint32(len(cases) / threads), 1, 1}, [3]uint32{threads, 1, 1}, 0, pack(a, b)); err != nil {
		t.Fatal(err)
	}
	if err := d.Read(b, out); err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		full = append(full, binary.LittleEndian.Uint64(out[16*i:]))
		some = append(some, binary.LittleEndian.Uint64(out[16*i+8:]))
	}
	return full, some
}

// edges are the values of a type at which something changes.
func edges(typ string) []uint64 {
	switch typ {
	case "f32":
		return []uint64{
			0, 0x80000000, 1, 0x80000001, 0x7fffff, 0x807fffff, 0x800000, 0x80800000, 0x3f800000, 0xbf800000,
			0x3f7fffff, 0x3f800001, 0x3f000000, 0x3effffff, 0x40200000, 0xc0200000, 0x4b000000, 0x4b7fffff, 0x4f000000, 0xcf000000, 0x4f800000,
			0x5f000000, 0xdf000000, 0x5f800000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 0x7fffffff,
		}
	case "f64":
		return []uint64{
			0, 1 << 63, 1, 1<<63 | 1, 0xfffffffffffff, 0x10000000000000, 0x8010000000000000, 0x3ff0000000000000, 0xbff0000000000000,
			0x3fefffffffffffff, 0x3ff0000000000001, 0x3fe0000000000000, 0x4004000000000000, 0x41dfffffffc00000, 0x41e0000000000000, 0xc1e0000000000000,
			0x43e0000000000000, 0xc3e0000000000000, 0x43f0000000000000, 0x7fefffffffffffff, 0xffefffffffffffff,
			0x36a0000000000000, 0x3690000000000000, 0x3690000000000001, 0x47efffffe0000000, 0x47effffff0000000, 0x3800000000000000, 0x37ffffffffffffff,
			0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0xfff0000000000001,
		}
	}
	w := refType(typ).width
	top := uint64(1) << (w - 1)
	list := []uint64{0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 255, top - 1, top, top + 1, 2*top - 1, 2*top - 2, 0x5555555555555555, 0x123456789abcdef0}
	for i := range list {
		list[i] &= 2*top - 1
	}
	return list
}

// randomValue is a value of a type, small and large ones alike.
func randomValue(r *rand.Rand, typ string) uint64 {
	v := r.Uint64()
	switch {
	case typ == "f32":
		if r.IntN(2) == 0 { // magnitudes that meet in a sum
			return v&0x80ffffff | uint64(120+r.IntN(16))<<23&0x7f000000
		}
		return v & 0xffffffff
	case typ == "f64":
		if r.IntN(2) == 0 {
			return v&0x800fffffffffffff | uint64(1000+r.IntN(50))<<52
		}
		return v
	}
	w := refType(typ).width
	v = v << (64 - w) >> (64 - w)
	if r.IntN(2) == 0 {
		v >>= r.IntN(w)
	}
	return v
}

// sourceTypes are the types of an instruction's operands, as far as their values matter.
func sourceTypes(op string, src []class) []string {
	parts := strings.Split(op, ".")
	typ := parts[len(parts)-1]
	if strings.HasPrefix(op, "slct") {
		typ = parts[1]
	}
	list := make([]string, len(src))
	for i, c := range src {
		switch {
		case c == classOf(typ):
			list[i] = typ
		default:
			list[i] = map[class]string{class16: "u16", class32: "u32", class64: "u64", classPred: "u1"}[c]
		}
	}
	return list
}

func operandsFor(op string, src []class, n int) [][4]uint64 {
	types := sourceTypes(op, src)
	values := make([][]uint64, 4)
	for i, typ := range types {
		values[i] = []uint64{0, 1}
		if typ != "u1" {
			values[i] = edges(typ)
		}
	}
	var list [][4]uint64
	switch len(src) {
	case 1:
		for _, a := range values[0] {
			list = append(list, [4]uint64{a})
		}
	default:
		for _, a := range values[0] {
			for _, b := range values[1] {
				list = append(list, [4]uint64{a, b})
			}
		}
	}
	r := rand.New(rand.NewPCG(1, uint64(len(op))))
	for i := range list {
		for j := 2; j < len(src); j++ {
			list[i][j] = values[j][r.IntN(len(values[j]))]
		}
	}
	for range n {
		var c [4]uint64
		for i, typ := range types {
			if typ == "u1" {
				c[i] = uint64(r.IntN(2))
				continue
			}
			c[i] = randomValue(r, typ)
			if r.IntN(8) == 0 {
				c[i] = values[i][r.IntN(len(values[i]))]
			}
		}
		list = append(list, c)
	}
	return list
}

func TestInstructions(t *testing.T) {
	var names []string
	for op := range ops {
		names = append(names, op)
	}
	slices.Sort(names)
	for _, op := range names {
		def := ops[op]
		n := 200
		if strings.HasSuffix(op, "f64") {
			n = 60 // of up to 2,000 bits
		}
		if testing.Short() {
			n /= 10
		}
		cases := operandsFor(op, def.src, n)
		full, some := runOp(t, op, def.dst, def.src, cases)
		for i, c := range cases {
			want, ok := reference(op, c[0], c[1], c[2], c[3])
			if !ok {
				t.Fatalf("%s has no independent definition", op)
			}
			kept := uint64(0x55)
			if def.dst == classPred {
				kept = 0
			}
			if c[0]&1 != 0 {
				kept = want
			}
			if full[i] != want || some[i] != kept {
				t.Errorf("%s %#x: %#x, and %#x for some lanes; want %#x, and %#x", op, c[:len(def.src)], full[i], some[i], want, kept)
				break
			}
		}
	}
	t.Logf("%d instructions", len(names))
}
