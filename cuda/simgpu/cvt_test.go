package simgpu

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// refConvert is the independent definition of cvt; reg is the width of the register
// that takes the result.
func refConvert(mods []string, dst, src string, reg int, a uint64) uint64 {
	has := func(m string) bool { return slices.Contains(mods, m) }
	pick := func(list ...string) string {
		for _, m := range list {
			if has(m) {
				return m
			}
		}
		return ""
	}
	if src == "f32" && has("ftz") {
		a = binary32.flushed(a)
	}
	var x *big.Rat // the exact value; nil if it is none
	var special float64
	if isFloat(src) {
		v := formatOf(src).value(a)
		if finite(v) {
			x = rat(v)
			if r := pick("rni", "rzi", "rmi", "rpi"); r != "" {
				x = refIntegral(x, r)
			}
		}
		special = v // also for the sign of 0
	} else {
		x = new(big.Rat).SetInt(refType(src).value(a))
	}
	if !isFloat(dst) {
		return refToInteger(x, special, dst, src, has("sat"), reg)
	}
	f := formatOf(dst)
	var out uint64
	switch {
	case x == nil && special != special:
		out = f.nan
	case x == nil:
		out = f.infinity(special < 0)
	case x.Sign() == 0:
		out = f.signBit(isFloat(src) && math.Signbit(special))
	default:
		mode := pick("rn", "rz", "rm", "rp")
		if mode == "" {
			mode = "rn" // exact
		}
		out = f.round(x, false, mode)
	}
	if has("sat") {
		out = f.saturated(out)
	}
	if dst == "f32" && has("ftz") {
		out = f.flushed(out)
	}
	return out
}

// refIntegral rounds to an integer.
func refIntegral(x *big.Rat, mode string) *big.Rat {
	floor := new(big.Int).Div(x.Num(), x.Denom()) // Euclidean: the floor, as the denominator is positive
	rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(floor))
	up := false
	switch half := rest.Cmp(big.NewRat(1, 2)); mode {
	case "rni":
		up = half > 0 || half == 0 && floor.Bit(0) == 1
	case "rpi":
		up = rest.Sign() > 0
	case "rzi":
		up = rest.Sign() > 0 && x.Sign() < 0
	}
	if up {
		floor.Add(floor, big.NewInt(1))
	}
	return new(big.Rat).SetInt(floor)
}

func refToInteger(x *big.Rat, special float64, dst, src string, sat bool, reg int) uint64 {
	t := refType(dst)
	var v *big.Int
	switch {
	case x != nil:
		v = x.Num()
	case special != special && (src == "f64" || t.width == 64):
		v = new(big.Int).Lsh(big.NewInt(1), uint(t.width-1))
	case special != special:
		v = new(big.Int)
	case special > 0:
		v = pow2(200).Num()
	default:
		v = new(big.Int).Neg(pow2(200).Num())
	}
	if nan := special != special; !nan && (sat || isFloat(src)) {
		v = t.clamp(v)
	}
	return wrap(t.value(wrap(v, t.width)), reg) // extended by the type's sign
}

func conversionsOf(dst, src string) [][]string {
	var rounds []string
	switch df, sf := isFloat(dst), isFloat(src); {
	case df && sf && dst == src:
		rounds = []string{"", "rni", "rzi", "rmi", "rpi"}
	case dst == "f32" && sf, df && !sf:
		rounds = []string{"rn", "rz", "rm", "rp"}
	case sf && !df:
		rounds = []string{"rni", "rzi", "rmi", "rpi"}
	default:
		rounds = []string{""}
	}
	var list [][]string
	for _, r := range rounds {
		for _, ftz := range []string{"", "ftz"} {
			if ftz != "" && dst != "f32" && src != "f32" {
				continue
			}
			for _, sat := range []string{"", "sat"} {
				mods := slices.DeleteFunc([]string{r, ftz, sat}, func(s string) bool { return s == "" })
				list = append(list, mods)
			}
		}
	}
	return list
}

func TestConversions(t *testing.T) {
	types := []string{"u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"}
	random := 40
	if testing.Short() {
		random = 5
	}
	n := 0
	for _, dst := range types {
		for _, src := range types {
			for _, mods := range conversionsOf(dst, src) {
				op := strings.Join(append(append([]string{"cvt"}, mods...), dst, src), ".")
				r := rand.New(rand.NewPCG(2, 0))
				var cases [][4]uint64
				for _, v := range edges(src) {
					cases = append(cases, [4]uint64{v})
				}
				for range random {
					cases = append(cases, [4]uint64{randomValue(r, src)})
				}
				dc, sc := max(classOf(dst), class16), max(classOf(src), class16)
				classes := []class{dc}
				if !isFloat(dst) && dc < class64 {
					classes = append(classes, dc+1) // a register wider than the type
				}
				for _, c := range classes {
					full, some := runOp(t, op, c, []class{sc}, cases)
					for i, a := range cases {
						want := refConvert(mods, dst, src, 8<<(c-class16+1), a[0])
						kept := uint64(0x55)
						if a[0]&1 != 0 {
							kept = want
						}
						if full[i] != want || some[i] != kept {
							t.Errorf("%s %#x: %#x, %#x for some lanes; want %#x", op, a[0], full[i], some[i], want)
							break
						}
					}
					n++
				}
			}
		}
	}
	t.Logf("%d conversions", n)
}

// What the ISA does not allow is refused.
func TestConversionRefused(t *testing.T) {
	for _, op := range []string{
		"cvt.f32.f64", "cvt.u32.f32", "cvt.f32.u32", "cvt.rn.u32.f32", "cvt.rni.f32.u32", "cvt.rn.f64.f32",
		"cvt.rn.rz.f32.f64", "cvt.ftz.u32.u64", "cvt.rn.f16.f32", "cvt.rna.u32.f32", "cvt.u32", "cvt.rni.f32.f64",
	} {
		src := ptxHeader + fmt.Sprintf(".visible .entry k()\n{\n.reg .b32 %%r<2>; .reg .b64 %%d<2>;\n%s %%r0, %%r1;\n}", op)
		if _, err := New(Options{}).Load(src); err == nil {
			t.Errorf("%s was accepted", op)
		}
	}
}
