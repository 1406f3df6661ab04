package simgpu

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// testdata/flow.cu in Go, a thread at a time.

func collatz(v uint32) (n uint32) {
	for v > 1 {
		if v&1 != 0 {
			v = 3*v + 1
		} else {
			v /= 2
		}
		n++
	}
	return n
}

func jumps(v uint32) (s uint32) {
outer:
	for i := uint32(0); i < v%17; i++ {
		if i%3 == 1 {
			continue
		}
		for j := uint32(0); j < i+3; j++ {
			s += j * i
			if s%11 == 5 {
				break
			}
			if s > 300 {
				return 0xffffffff
			}
			if s%7 == 3 {
				continue
			}
			s ^= v
		}
		if s%13 == 12 {
			break outer
		}
	}
	return s
}

func choices(v uint32, x []uint32) uint32 {
	switch v % 9 {
	case 0:
		return v*3 + x[0]
	case 1:
		return (v ^ 0x55) + 7
	case 2:
		return v + 7
	case 3:
		if v > 100 {
			return v - x[1]
		}
		return x[2] - v
	case 4:
		return v / 3
	case 6:
		return v % 10
	case 7:
		return 1
	}
	return ^v
}

func meetLane(v uint32) (s uint32) {
	for i := range v % 8 {
		if v&1 != 0 {
			if v&2 != 0 {
				s += i * i
			} else {
				s ^= i + v
			}
		} else if i == 5 {
			break
		}
		s++
	}
	return s
}

func meet(x []uint32) []uint32 {
	y := make([]uint32, len(x))
	for w := 0; w < len(x); w += lanes {
		var sum uint32
		for _, v := range x[w : w+lanes] {
			sum += meetLane(v)
		}
		for i := range lanes {
			y[w+i] = sum
		}
	}
	return y
}

func sumOf(x []uint32) (s uint32) {
	for _, v := range x {
		s += v
	}
	return s
}

func both(a, b uint32, x []uint32) (uint32, uint32) {
	if a > b {
		return a - b, sumOf(x[:b%5])
	}
	return b, a + b
}

func calls(v uint32, x []uint32) uint32 {
	a, b := both(v%50, 20, x)
	if v&1 != 0 {
		a, b = both(a, b, x[1:])
	}
	return a + b*3 + sumOf(x[:v%4])
}

func localArray(v uint32, x []uint32) (s uint32) {
	var a [12]uint32
	copy(a[:], x)
	for i := range uint32(40) {
		a[i*v%12] += i
	}
	for _, v := range a {
		s = s*31 + v
	}
	return s
}

func perThread(f func(v uint32, x []uint32) uint32) func(x []uint32) []uint32 {
	return func(x []uint32) []uint32 {
		y := make([]uint32, len(x))
		for i, v := range x {
			y[i] = f(v, x)
		}
		return y
	}
}

func toWords(p []byte) []uint32 {
	w := make([]uint32, len(p)/4)
	for i := range w {
		w[i] = binary.LittleEndian.Uint32(p[4*i:])
	}
	return w
}

// TestFlow runs each kernel of flow.cu with few and with many threads, on one worker and on three.
func TestFlow(t *testing.T) {
	for _, c := range []struct {
		kernel string
		want   func(x []uint32) []uint32
	}{
		{"collatz", perThread(func(v uint32, _ []uint32) uint32 { return collatz(v) })},
		{"jumps", perThread(func(v uint32, _ []uint32) uint32 { return jumps(v) })},
		{"choices", perThread(choices)},
		{"meet", meet},
		{"tree", func(x []uint32) []uint32 {
			y := make([]uint32, len(x)/256)
			for i := range y {
				y[i] = sumOf(x[256*i : 256*i+256])
			}
			return y
		}},
		{"calls", perThread(calls)},
		{"local", perThread(localArray)},
	} {
		t.Run(c.kernel, func(t *testing.T) {
			const seed = 3
			r := rand.New(rand.NewPCG(seed, 0))
			const blocks, threads = 8, 256
			x := make([]uint32, blocks*threads)
			for i := range x {
				x[i] = r.Uint32N(1000)
			}
			want := c.want(x)
			for _, workers := range []int{1, 3} {
				d := New(Options{Workers: workers})
				f := kernel(t, load(t, d, "flow.ptx"), c.kernel)
				in := upload(t, d, words(len(x), func(i int) uint32 { return x[i] }))
				out := allocate(t, d, 4*len(want))
				if err := d.Launch(f, dim(blocks), dim(threads), 0, pack(out, in)); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, 4*len(want))
				if err := d.Read(out, got); err != nil {
					t.Fatal(err)
				}
				for i, v := range toWords(got) {
					if v != want[i] {
						t.Fatalf("thread %d with x = %d: %d, want %d (seed %d, %d workers)", i, x[i], v, want[i], seed, workers)
					}
				}
			}
		})
	}
}

// Constants, counters in global memory, a structure as a parameter.
func TestSpaces(t *testing.T) {
	d := New(Options{Workers: 2})
	m := load(t, d, "flow.ptx")
	f := kernel(t, m, "spaces")
	const n = 128
	in, out := upload(t, d, words(n, counting)), allocate(t, d, 4*n)
	for round := range uint32(2) {
		if err := d.Launch(f, dim(2), dim(64), 0, pack(out, in, uint32(12), uint8(1), [3]uint8{})); err != nil {
			t.Fatal(err)
		}
		addr, size, err := m.Global("counters")
		if err != nil || size != 16 {
			t.Fatal(addr, size, err)
		}
		counters, got := make([]byte, 16), make([]byte, 4*n)
		if err := d.Read(addr, counters); err != nil {
			t.Fatal(err)
		}
		if err := d.Read(out, got); err != nil {
			t.Fatal(err)
		}
		for i, v := range toWords(counters) {
			var want uint32
			for j := uint32(i); j < n; j += 4 {
				want += j * (round + 1)
			}
			if v != want {
				t.Errorf("counter %d is %d, want %d", i, v, want)
			}
		}
		for i, v := range toWords(got) {
			p := uint32(1)
			for range i % 10 {
				p *= 10
			}
			if want := p * 12 >> 1; v != want {
				t.Errorf("y[%d] = %d, want %d", i, v, want)
			}
		}
	}
	if l := d.Leaks(); len(l) != 2 || l[0].Address != in {
		t.Errorf("leaks: %v", l)
	}
	if err := m.Unload(); err != nil {
		t.Error(err)
	}
	wantFault(t, d.Launch(f, dim(2), dim(64), 0, pack(out, in, uint32(12), uint32(1))), BadLaunch, "unloaded")
}
