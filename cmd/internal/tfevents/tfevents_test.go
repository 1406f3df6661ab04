package tfevents

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// TestRecordBytes holds a record to the bytes that TensorBoard's own writer
// (tensorboard.summary.writer.record_writer, 2.21) makes of the payload "pong".
func TestRecordBytes(t *testing.T) {
	want := []byte("\x04\x00\x00\x00\x00\x00\x00\x00\x42\x45\x52\x04\x70\x6f\x6e\x67\x6f\xd7\x67\x44")
	if got := AppendRecord(nil, []byte("pong")); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// TestRecords reads records back, whatever befell the file's end.
func TestRecords(t *testing.T) {
	var file []byte
	ends := []int{0}
	payloads := [][]byte{[]byte("one"), {}, bytes.Repeat([]byte("three"), 1000)}
	for _, p := range payloads {
		file = AppendRecord(file, p)
		ends = append(ends, len(file))
	}
	check := func(b []byte, want int) {
		t.Helper()
		got := Records(b)
		if len(got) != want || !slices.EqualFunc(got, payloads[:want], bytes.Equal) {
			t.Fatalf("of %d bytes %d records, want %d", len(b), len(got), want)
		}
	}
	for n := range len(file) + 1 { // cut off
		whole, _ := slices.BinarySearch(ends, n+1)
		check(file[:n], whole-1)
	}
	for at := range file { // damaged
		b := bytes.Clone(file)
		b[at] ^= 1
		whole, _ := slices.BinarySearch(ends, at+1)
		check(b, whole-1)
	}
}

func TestParse(t *testing.T) {
	var s Summary
	s.Scalar("a", 1)
	s.Scalar("b", 2)
	check := func(name string, payload []byte, want Event) {
		t.Helper()
		if got, err := Parse(payload); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
		for n := range payload {
			_, _ = Parse(payload[:n]) // must not panic
		}
	}
	check("scalars", s.Append(nil, 1.5, 1<<40), Event{1.5, 1 << 40, true, false})
	s.Histogram("h", []float32{1, 2})
	check("with a histogram", s.Append(nil, 2, 3), Event{2, 3, false, true})
	s.Reset()
	s.PNG("p", 3, 4, []byte("file"))
	check("an image", s.Append(nil, 2, 0), Event{2, 0, false, true})
	s.Reset()
	check("nothing", s.Append(nil, 2, 7), Event{WallTime: 2, Step: 7})
	check("a version", Version(9), Event{WallTime: 9})
	check("a start", Start(9, 8), Event{WallTime: 9, Step: 8})
	if _, err := Parse([]byte{0xff}); err == nil {
		t.Error("anything is an event")
	}
}

// TestHistogram holds buckets to a count of each value for itself.
func TestHistogram(t *testing.T) {
	const seed = 5
	random := rand.New(rand.NewPCG(seed, 0))
	values := make([]float32, 10_000)
	for i := range values {
		values[i] = float32(random.NormFloat64())
	}
	for _, test := range [][]float32{values, values[:9999], {3}, {-2, -2}, {0, 1}, {-1e30, 1e30, 5}} {
		var s Summary
		s.Histogram("h", test)
		h := histogramOf(t, s.values)
		sum, sizes, squares := 0.0, 0.0, 0.0
		for _, v := range test {
			sum += float64(v)
			sizes += math.Abs(float64(v))
			squares += float64(v) * float64(v)
		}
		if h.least != float64(slices.Min(test)) || h.most != float64(slices.Max(test)) || h.count != float64(len(test)) || math.Abs(h.sum-sum) > 1e-12*sizes || math.Abs(h.squares-squares) > 1e-12*squares {
			t.Errorf("%+v", h)
		}
		all := 0.0
		for i, n := range h.buckets {
			all += n
			want, below := 0.0, math.Inf(-1)
			if i > 0 {
				below = h.limits[i-1]
			}
			// A value at a limit may be on either side: the limit is rounded.
			atLimit := 0.0
			for _, v := range test {
				x := float64(v)
				if x >= below && x < h.limits[i] || i == len(h.buckets)-1 && x == h.limits[i] {
					want++
				}
				for _, limit := range []float64{below, h.limits[i]} {
					if math.Abs(x-limit) <= 1e-9*(h.most-h.least) {
						atLimit++
					}
				}
			}
			if math.Abs(n-want) > atLimit {
				t.Errorf("bucket %d has %g, want %g (seed %d)", i, n, want, seed)
			}
		}
		if all != float64(len(test)) || len(h.limits) != len(h.buckets) || !slices.IsSorted(h.limits) || h.limits[len(h.limits)-1] != h.most {
			t.Errorf("%g values in %d buckets up to %v", all, len(h.buckets), h.limits)
		}
	}
	var s Summary
	if s.Histogram("h", nil); len(s.values) != 0 {
		t.Error("a histogram of nothing")
	}
}

type histogram struct {
	least, most, count, sum, squares float64
	limits, buckets                  []float64
}

// histogramOf reads back the only value of a summary.
func histogramOf(t *testing.T, values []byte) (h histogram) {
	t.Helper()
	doubles := func(b []byte) (list []float64) {
		for ; len(b) > 0; b = b[8:] {
			x, _ := protowire.ConsumeFixed64(b)
			list = append(list, math.Float64frombits(x))
		}
		return list
	}
	err := fields(values, func(_ protowire.Number, _ uint64, value []byte) error {
		return fields(value, func(field protowire.Number, _ uint64, message []byte) error {
			if field != valueHistogram {
				return nil
			}
			return fields(message, func(field protowire.Number, x uint64, inside []byte) error {
				switch f := math.Float64frombits(x); field {
				case histogramMin:
					h.least = f
				case histogramMax:
					h.most = f
				case histogramCount:
					h.count = f
				case histogramSum:
					h.sum = f
				case histogramSquares:
					h.squares = f
				case histogramLimits:
					h.limits = doubles(inside)
				case histogramBuckets:
					h.buckets = doubles(inside)
				}
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}
