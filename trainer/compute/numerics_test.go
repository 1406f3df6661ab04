package compute

import (
	"math"
	"testing"
)

// ulps returns |got−want| in units in the last place of want as a float32.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	next := math.Nextafter32(w, float32(math.Inf(1)))
	ulp := float64(next) - float64(w)
	return math.Abs(float64(got)-want) / ulp
}

// TestExp32 sweeps every 997th float32 (a prime, so that all patterns of low bits
// come up) over the whole range of finite results.
func TestExp32(t *testing.T) {
	const limit = 1.25
	var worst float64
	var at float32
	for _, sign := range []uint32{0, 1 << 31} {
		for b := uint32(0); b < math.Float32bits(104); b += 997 {
			x := math.Float32frombits(b | sign)
			want := math.Exp(float64(x))
			if want > math.MaxFloat32 {
				if got := Exp32(x); !math.IsInf(float64(got), 1) && want > math.MaxFloat32*(1+1e-7) {
					t.Fatalf("Exp32(%v) = %v, want +Inf", x, got)
				}
				continue
			}
			if e := ulps(Exp32(x), want); e > worst {
				worst, at = e, x
			}
		}
	}
	t.Logf("largest error %.3f ulp, at %v", worst, at)
	if worst > limit {
		t.Errorf("Exp32(%v) is off by %.3f ulp, more than %v", at, worst, limit)
	}
}

// TestLog32 sweeps every 997th positive float32, subnormals included.
func TestLog32(t *testing.T) {
	const limit = 1
	var worst float64
	var at float32
	for b := uint32(1); b < math.Float32bits(float32(math.Inf(1))); b += 997 {
		x := math.Float32frombits(b)
		if e := ulps(Log32(x), math.Log(float64(x))); e > worst {
			worst, at = e, x
		}
	}
	t.Logf("largest error %.3f ulp, at %v", worst, at)
	if worst > limit {
		t.Errorf("Log32(%v) is off by %.3f ulp, more than %v", at, worst, limit)
	}
}

// TestExpLogEnds checks what lies outside the sweeps.
func TestExpLogEnds(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	same := func(a, b float32) bool { return a == b || a != a && b != b }
	for _, c := range []struct {
		name    string
		f       func(float32) float32
		x, want float32
	}{
		{"Exp32", Exp32, 0, 1},
		{"Exp32", Exp32, inf, inf},
		{"Exp32", Exp32, -inf, 0},
		{"Exp32", Exp32, nan, nan},
		{"Exp32", Exp32, 1e30, inf},
		{"Exp32", Exp32, -1e30, 0},
		{"Exp32", Exp32, 88.8, inf},
		{"Exp32", Exp32, -104, 0},
		{"Log32", Log32, 1, 0},
		{"Log32", Log32, 0, -inf},
		{"Log32", Log32, inf, inf},
		{"Log32", Log32, -1, nan},
		{"Log32", Log32, -inf, nan},
		{"Log32", Log32, nan, nan},
	} {
		if got := c.f(c.x); !same(got, c.want) {
			t.Errorf("%s(%v) = %v, want %v", c.name, c.x, got, c.want)
		}
	}
}

func TestBound(t *testing.T) {
	const u = 1.0 / (1 << 24)
	for _, c := range []struct {
		n    int
		sum  float64
		want float64
	}{{0, 1, 16 * u}, {64, 1, 16 * u}, {6400, 2, 2 * 160 * u}} {
		if got := Bound(c.n, c.sum); got != c.want {
			t.Errorf("Bound(%d, %v) = %v, want %v", c.n, c.sum, got, c.want)
		}
	}
}
