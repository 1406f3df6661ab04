package emu

import "golang.org/x/sys/cpu"

// levels lists what this machine can run, the fastest first.
func levels() (list []isa) {
	if cpu.X86.HasAVX512F {
		list = append(list, avx512)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		list = append(list, avx2)
	}
	return append(list, plain)
}

// advanceLanes is advance for as many games from lo on as there are whole blocks
// of, which it returns.
func (v *Vector) advanceLanes(lo, hi int, actions []Action, s Step) (done int, ended bool) {
	n := (hi - lo) / VectorLanes * VectorLanes
	if level == plain || n == 0 {
		return 0, false
	}
	// Through a function value all pointers would escape.
	w, b, any := &v.words, &v.blocks[lo/VectorLanes][0][0], uint32(0)
	if level == avx512 {
		any = stepAVX512(n, v.preset.SkipMax, (*[6]uint32)(&v.rules), b, &w[0][lo], &w[1][lo], &w[2][lo], &v.tick[lo],
			(*uint8)(&actions[0]), &s.Observation[0], &s.Reward[0], &s.Terminated[0], &s.Truncated[0])
	} else {
		any = stepAVX2(n, v.preset.SkipMax, (*[6]uint32)(&v.rules), b, &w[0][lo], &w[1][lo], &w[2][lo], &v.tick[lo],
			(*uint8)(&actions[0]), &s.Observation[0], &s.Reward[0], &s.Terminated[0], &s.Truncated[0])
	}
	return n, any != 0
}
