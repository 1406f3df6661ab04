package computetest

import (
	"math"

	"pongpg/trainer/compute"
)

// margin is how near to a bound an error came, and where.
type margin struct {
	err, bound float64
	where      string
}

func (m margin) ratio() float64 {
	if m.bound == 0 {
		return 0
	}
	return m.err / m.bound
}

// or returns the closer of two.
func (m margin) or(other margin) margin {
	if m.bound == 0 || other.ratio() > m.ratio() {
		return other
	}
	return m
}

// exact is an element's value by float64 arithmetic, and how far from it float32 may be.
type exact struct{ value, slack float64 }

// output is one array that a call writes.
type output interface {
	check(e *env) margin
}

// floats is an output that must be the bits of want, unless want is nil, and
// within the slack of exact, unless that is nil.
type floats struct {
	name  string
	got   compute.Tensor
	want  []float32
	exact []exact
}

func (o floats) check(e *env) (worst margin) {
	e.Helper()
	got := download(e, o.got)
	for i, g := range got {
		if o.want != nil && !sameBits(g, o.want[i]) {
			e.fail("%s[%d][%d] is %v (%#08x), in the written order %v (%#08x)", o.name, i/o.got.Cols, i%o.got.Cols,
				g, math.Float32bits(g), o.want[i], math.Float32bits(o.want[i]))
			return worst
		}
	}
	if e.special {
		return worst
	}
	for i, x := range o.exact {
		err := math.Abs(float64(got[i]) - x.value)
		if !(err <= x.slack) { // NaN included
			e.fail("%s[%d][%d] is %v, exactly %v: the error %.3g is above the bound %.3g", o.name, i/o.got.Cols, i%o.got.Cols,
				got[i], x.value, err, x.slack)
			return worst
		}
		worst = worst.or(margin{err, x.slack, e.name + " " + o.name})
	}
	return worst
}

// sameBits reports equality of bits, where all NaNs are the same.
func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// integers is an output that must be want.
type integers[T uint8 | uint16] struct {
	name string
	got  compute.Array[T]
	want []T
}

func (o integers[T]) check(e *env) (none margin) {
	e.Helper()
	for i, g := range download(e, o.got) {
		if g != o.want[i] {
			e.fail("%s[%d][%d] is %#x, want %#x", o.name, i/o.got.Cols, i%o.got.Cols, g, o.want[i])
			return none
		}
	}
	return none
}

func download[T compute.Element](e *env, a compute.Array[T]) []T {
	got := make([]T, a.Len())
	compute.Download(e.b, got, a)
	return got
}
