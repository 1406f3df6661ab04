package computetest

import (
	"math"

	"pongpg/trainer/compute"
)

// height, width, units, radius
func buildBlur(e *env, dim []int) instance {
	height, width, radius := dim[0], dim[1], dim[3]
	x, units := e.weights(height*width, dim[2], 1)
	g := upload(e, x, height*width, units)
	ex := exactBlur(x, height, width, units, radius)
	want := append([]float32(nil), x...)
	if radius > 0 {
		for u := range units {
			for col := range width {
				for range 2 {
					refBox(want[min(len(want), col*units+u):], height, width*units, radius)
				}
			}
			for row := range height {
				for range 2 {
					refBox(want[row*width*units+u:], width, units, radius)
				}
			}
		}
	}
	return instance{
		func() { e.b.Blur(g, height, width, radius) },
		[]output{floats{"g", g, want, ex}}, height * width * units,
	}
}

// exactBlur is the convolution of each pixel with the product of two triangles, the
// boxes' self-convolutions. (The benchmark's size is left out: it is not compared.)
func exactBlur(x []float32, height, width, units, radius int) (ex []exact) {
	if height*width*units > 1<<18 {
		return nil
	}
	weight := func(from, to, n int) (w float64) { // box twice, cut at the ends in between
		for mid := max(0, from-radius, to-radius); mid <= min(n-1, from+radius, to+radius); mid++ {
			w++
		}
		return w / float64((2*radius+1)*(2*radius+1))
	}
	most := make([]float64, units) // the largest sum of absolute values of a line
	for u := range units {
		for line := range max(height, width) {
			var down, along float64
			for i := range max(height, width) {
				if line < width && i < height {
					down += math.Abs(float64(x[(i*width+line)*units+u]))
				}
				if line < height && i < width {
					along += math.Abs(float64(x[(line*width+i)*units+u]))
				}
			}
			most[u] = max(most[u], down, along)
		}
	}
	columns := make([]float64, len(x)) // after the passes down the columns
	for i := range x {
		row, col, u := i/units/width, i/units%width, i%units
		for r := max(0, row-2*radius); r <= min(height-1, row+2*radius); r++ {
			columns[i] += weight(r, row, height) * float64(x[(r*width+col)*units+u])
		}
	}
	for i := range x {
		row, col, u := i/units/width, i/units%width, i%units
		var sum float64
		for c := max(0, col-2*radius); c <= min(width-1, col+2*radius); c++ {
			sum += weight(c, col, width) * columns[(row*width+c)*units+u]
		}
		// Each of the four passes adds the error of a running sum over a line.
		ex = append(ex, exact{sum, 4 * compute.Bound(2*max(height, width), most[u])})
	}
	return ex
}
