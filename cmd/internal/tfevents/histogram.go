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
	least, most := values[0], values[0]
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	sum, squares := 0.0, 0.0
	var counts [buckets]int64
	low, width := float64(least), (float64(most)-float64(least))/buckets
	inverse := 0.0
	if width > 0 {
		inverse = 1 / width
	}
	for _, v := range values {
		x := float64(v)
		sum += x
		squares += x * x
		counts[min(buckets-1, int((x-low)*inverse))]++
	}
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

func appendDoubles(dst []byte, field protowire.Number, xs []float64) []byte {
	dst = protowire.AppendTag(dst, field, protowire.BytesType)
	dst = protowire.AppendVarint(dst, uint64(8*len(xs)))
	for _, x := range xs {
		dst = protowire.AppendFixed64(dst, math.Float64bits(x))
	}
	return dst
}
