package simgpu

// quickCvt are the conversions that run for all lanes at once.
var quickCvt = map[string]execFunc{
	"cvt.u64.u32": quickDW(func(d *vec64, a *vec32) {
		for i := range d {
			d[i] = uint64(a[i])
		}
	}),
	"cvt.s64.s32": quickDW(func(d *vec64, a *vec32) {
		for i := range d {
			d[i] = uint64(int32(a[i]))
		}
	}),
	"cvt.u32.u64": quickWD(func(d *vec32, a *vec64) {
		for i := range d {
			d[i] = uint32(a[i])
		}
	}),
	"cvt.u32.u16": quickWW(func(d, a *vec32) { *d = *a }),
	"cvt.u16.u32": quickWW(func(d, a *vec32) {
		for i := range d {
			d[i] = a[i] & 0xffff
		}
	}),
}
