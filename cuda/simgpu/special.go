package simgpu

// specials are the special registers that are known, 32 bits wide. What depends on the
// card or on time (%clock, %smid) is not.
var specials = map[string]func(w *warp, lane int) uint32{
	"%tid.x":             func(w *warp, i int) uint32 { return w.tid(i)[0] },
	"%tid.y":             func(w *warp, i int) uint32 { return w.tid(i)[1] },
	"%tid.z":             func(w *warp, i int) uint32 { return w.tid(i)[2] },
	"%ntid.x":            func(w *warp, _ int) uint32 { return w.k.launch.block[0] },
	"%ntid.y":            func(w *warp, _ int) uint32 { return w.k.launch.block[1] },
	"%ntid.z":            func(w *warp, _ int) uint32 { return w.k.launch.block[2] },
	"%ctaid.x":           func(w *warp, _ int) uint32 { return w.k.block[0] },
	"%ctaid.y":           func(w *warp, _ int) uint32 { return w.k.block[1] },
	"%ctaid.z":           func(w *warp, _ int) uint32 { return w.k.block[2] },
	"%nctaid.x":          func(w *warp, _ int) uint32 { return w.k.launch.grid[0] },
	"%nctaid.y":          func(w *warp, _ int) uint32 { return w.k.launch.grid[1] },
	"%nctaid.z":          func(w *warp, _ int) uint32 { return w.k.launch.grid[2] },
	"%laneid":            func(_ *warp, i int) uint32 { return uint32(i) },
	"%warpid":            func(w *warp, _ int) uint32 { return uint32(w.index) },
	"%nwarpid":           func(w *warp, _ int) uint32 { return uint32(len(w.k.warps)) },
	"%lanemask_eq":       func(_ *warp, i int) uint32 { return 1 << i },
	"%lanemask_lt":       func(_ *warp, i int) uint32 { return 1<<i - 1 },
	"%lanemask_le":       func(_ *warp, i int) uint32 { return 2<<i - 1 },
	"%lanemask_gt":       func(_ *warp, i int) uint32 { return ^uint32(2<<i - 1) },
	"%lanemask_ge":       func(_ *warp, i int) uint32 { return ^uint32(1<<i - 1) },
	"WARP_SZ":            func(_ *warp, _ int) uint32 { return lanes },
	"%dynamic_smem_size": func(w *warp, _ int) uint32 { return uint32(w.k.launch.dynamic) },
	"%total_smem_size":   func(w *warp, _ int) uint32 { return uint32(len(w.k.shared)) },
}

func specialClass(name string) class {
	if _, ok := specials[name]; ok {
		return class32
	}
	return classNone
}

// tid is the index of a lane's thread in its block; beyond the block's threads it is
// that of a thread there is not.
func (w *warp) tid(lane int) [3]uint32 {
	n := uint32(w.index*lanes + lane)
	b := w.k.launch.block
	return [3]uint32{n % b[0], n / b[0] % b[1], n / b[0] / b[1]}
}
