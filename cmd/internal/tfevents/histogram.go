package tfevents

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

const buckets = 64

// Histogram adds how often which values occur: in 64 buckets of equal width from the least
// to the greatest. Values must be finite; of none there is no histogram.
func (s *Summary) Histogram(tag string, values []float32) {
	if len(values) == 0 {
		return
	}
	least, most := extremes(values)
	low, width := float64(least), (float64(most)-float64(least))/buckets
	inverse := 0.0
	if width > 0 {
		inverse = 1 / width
	}
	counts, sum, squares := counted(values, low, inverse)
	m := appendDouble(nil, histogramMin, low)
	m = appendDouble(m, histogramMax, float64(most))
	m = appendDouble(m, histogramCount, float64(len(values)))
	m = appendDouble(m, histogramSum, sum)
	m = appendDouble(m, histogramSquares, squares)
	if width == 0 {
		m = appendDoubles(m, histogramLimits, []float64{low})
		s.value(tag, valueHistogram, appendDoubles(m, histogramBuckets, []float64{float64(len(values))}))
		return
	}
	limits, bars := make([]float64, buckets), make([]float64, buckets)
	for i, n := range counts {
		limits[i], bars[i] = low+float64(i+1)*width, float64(n)
	}
	limits[buckets-1] = float64(most)
	m = appendDoubles(m, histogramLimits, limits)
	s.value(tag, valueHistogram, appendDoubles(m, histogramBuckets, bars))
}

// extremes returns the least and the greatest of some finite values.
func extremes(values []float32) (least, most float32) {
	least, most = values[0], values[0]
	for _, v := range values {
		if v < least { // min and max would look for NaN, too
			least = v
		}
		if v > most {
			most = v
		}
	}
	return least, most
}

// counted returns how many values are in each bucket, their sum, and that of their squares. It
// goes two ways at a time, as each addition waits for the one before.
func counted(values []float32, low, inverse float64) (counts [buckets]int64, sum, squares float64) {
	var other [buckets]int64
	var otherSum, otherSquares float64
	bucket := func(x float64) int { return min(buckets-1, int((x-low)*inverse)) }
	for ; len(values) >= 2; values = values[2:] {
		x, y := float64(values[0]), float64(values[1])
		sum += x
		otherSum += y
		squares += x * x
		otherSquares += y * y
		counts[bucket(x)]++
		other[bucket(y)]++
	}
	for _, v := range values {
		x := float64(v)
		sum += x
		squares += x * x
		counts[bucket(x)]++
	}
	for i, n := range other {
		counts[i] += n
	}
	return counts, sum + otherSum, squares + otherSquares
}

func appendDoubles(dst []byte, field protowire.Number, xs []float64) []byte {
	dst = protowire.AppendTag(dst, field, protowire.BytesType)
	dst = protowire.AppendVarint(dst, uint64(8*len(xs)))
	for _, x := range xs {
		dst = protowire.AppendFixed64(dst, math.Float64bits(x))
	}
	return dst
}
