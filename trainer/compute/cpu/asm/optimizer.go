package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The functions of this file take a multiple of lanes elements, as those of
// elementwise.go do.

func (v isa) adam() {
	v.text("adam", "n int, w, m, v, dw *float32, lr, beta1, rest1, correction1, beta2, rest2, correction2, eps float32)",
		"sets m = β1·m + rest1·dw, v = β2·v + rest2·dw² and w += lr·(m/correction1)/(√(v/correction2)+eps).")
	n, w, m, square, g := arg("n"), arg("w"), arg("m"), arg("v"), arg("dw") // Go's assembler takes g for a register
	lr, eps := v.broadcastArg("lr"), v.broadcastArg("eps")
	beta1, rest1, correction1 := v.broadcastArg("beta1"), v.broadcastArg("rest1"), v.broadcastArg("correction1")
	beta2, rest2, correction2 := v.broadcastArg("beta2"), v.broadcastArg("rest2"), v.broadcastArg("correction2")
	loop("loop", n, v.lanes, func(i GPVirtual) {
		at := func(base GPVirtual) Mem { return Mem{Base: base, Index: i, Scale: 4} }
		grad, root := v.load(at(g)), v.product(at(square), beta2)
		t := v.product(grad, grad)
		VMULPS(rest2, t, t)
		VADDPS(t, root, root)
		VMOVUPS(root, at(square))
		VDIVPS(correction2, root, root)
		VSQRTPS(root, root)
		VADDPS(eps, root, root)
		step := v.product(at(m), beta1)
		VMULPS(rest1, grad, grad)
		VADDPS(grad, step, step)
		VMOVUPS(step, at(m))
		VDIVPS(correction1, step, step)
		VMULPS(lr, step, step)
		VDIVPS(root, step, step)
		VADDPS(at(w), step, step)
		VMOVUPS(step, at(w))
	})
	ret()
}

func (v isa) addScaled() {
	v.text("addScaled", "n int, y, x *float32, a float32)", "sets y += a·x.")
	n, y, x := arg("n"), arg("y"), arg("x")
	a := v.broadcastArg("a")
	loop("loop", n, v.lanes, func(i GPVirtual) {
		sum := v.product(Mem{Base: x, Index: i, Scale: 4}, a)
		VADDPS(Mem{Base: y, Index: i, Scale: 4}, sum, sum)
		VMOVUPS(sum, Mem{Base: y, Index: i, Scale: 4})
	})
	ret()
}

func (v isa) scaleAll() {
	v.text("scale", "n int, x *float32, a float32)", "sets x *= a.")
	n, x := arg("n"), arg("x")
	a := v.broadcastArg("a")
	loop("loop", n, v.lanes, func(i GPVirtual) {
		VMOVUPS(v.product(Mem{Base: x, Index: i, Scale: 4}, a), Mem{Base: x, Index: i, Scale: 4})
	})
	ret()
}
