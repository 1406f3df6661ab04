package simgpu

import (
	"strings"
	"testing"
)

// TestRefused is what must not be run, and what the error says of it.
func TestRefused(t *testing.T) {
	entry := func(body string) string {
		return ptxHeader + ".const .align 4 .u32 c = 1;\n.extern .func (.param .b32 r) vprintf (.param .b64 a, .param .b64 b);\n" +
			".visible .entry k(.param .u64 a)\n{\n.reg .pred %p<4>; .reg .b16 %h<4>; .reg .b32 %r<4>; .reg .f32 %f<4>; .reg .b64 %d<4>;\n" + body + "\n}\n"
	}
	for src, parts := range map[string]string{
		entry("ex2.approx.f32 %f0, %f1;"):                      `k, line 9|unknown instruction ex2.approx.f32|"ex2.approx.f32 %f0, %f1"`,
		entry("div.full.f32 %f0, %f1, %f2;"):                   "unknown instruction div.full.f32",
		entry("sqrt.approx.f32 %f0, %f1;"):                     "unknown instruction",
		entry("add.rn.f16 %h0, %h1, %h2;"):                     "unknown instruction",
		entry("add.u32 %r0, %r1;"):                             "2 operands, expected 3|line 9",
		entry("add.u32 %r0, %r1, %d1;"):                        "%d1 is a 64-bit register, expected 32-bit",
		entry("add.u64 %r0, %d1, %d1;"):                        "%r0 is a 32-bit register, expected 64-bit",
		entry("add.f32 %f0, %f1, 0d3ff0000000000000;"):         "64-bit float",
		entry("setp.eq.u32 %r0, %r1, %r2;"):                    "expected predicate",
		entry("not.pred %p0, !%p1; add.u32 %r0, !%r1, 0;"):     "! before",
		entry("add.u32 %r0, %r9, %r1;"):                        "unknown name %r9",
		entry("mov.u32 %r0, %clock;"):                          "unknown name %clock",
		entry("mov.u32 %r0, %smid;"):                           "unknown name %smid",
		entry("bra nowhere;"):                                  "no label nowhere",
		entry("x: x: ret;"):                                    "label x is defined twice",
		entry("bar.sync 0, 64;"):                               "whole block",
		entry("bar.sync %r0;"):                                 "whole block",
		entry("bar.arrive 0, 64;"):                             "unknown instruction bar.arrive",
		entry("atom.global.add.f32 %f0, [%d0], %f1;"):          "order of the threads",
		entry("red.global.add.f32 [%d0], %f1;"):                "order of the threads",
		entry("atom.global.add.b32 %r0, [%d0], %r1;"):          "unknown instruction",
		entry("atom.global.cas.b32 %r0, [%d0], %r1;"):          "operands",
		entry("ld.global.v4.u64 {%d0, %d1, %d2, %d3}, [%d0];"): "16 bytes",
		entry("ld.global.v2.u32 {%r0, %r1, %r2}, [%d0];"):      "3 registers for 2",
		entry("ld.global.u32 %h0, [%d0];"):                     "too small",
		entry("ld.texture.u32 %r0, [%d0];"):                    "unknown modifier .texture",
		entry("ld.shared.nc.u32 %r0, [%d0];"):                  ".nc",
		entry("st.const.u32 [c], %r0;"):                        "cannot be written",
		entry("st.param.u64 [a], %d0;"):                        "cannot be written",
		entry("shfl.bfly.b32 %r0, %r1, 1, 31;"):                "operands",
		entry("shfl.sync.rot.b32 %r0, %r1, 1, 31, -1;"):        "unknown instruction",
		entry("vote.ballot.b32 %r0, %p0, -1;"):                 "unknown instruction",
		entry("mov.b64 {%r0, %r1, %r2}, %d0;"):                 "cannot pack 3",
		entry("call.uni nothing, ();"):                         "no function nothing",
		entry("{ .param .b64 x; .param .b64 y; .param .b32 z; call.uni (z), vprintf, (x, y); }"): "no function vprintf",
		entry("brx.idx %r0, table;"):                                          "unknown instruction brx.idx",
		entry("tex.1d.v4.f32.s32 %r0, %r1, %r2;"):                             "unknown instruction tex",
		entry("mov.b32 %r0, 1"):                                               `found "}"`,
		entry(".weird 1;"):                                                    "unknown directive .weird",
		entry("@%r0 bra x; x:"):                                               "%r0 is no predicate",
		entry(".reg .b32 %r<9>;"):                                             "declared twice",
		entry(".reg .b8 %b;"):                                                 "registers of type .b8",
		ptxHeader + ".visible .entry k(.param .u64 a":                         "expected",
		ptxHeader + ".extern .global .align 4 .b8 far[4];":                    "not linked",
		ptxHeader + ".global .align 3 .b8 x[4];":                              "power of two",
		ptxHeader + ".global .align 4 .u32 x[2] = {1, 2, 3};":                 "more values",
		ptxHeader + ".global .u64 x = y;":                                     "addresses in initialisers",
		ptxHeader + ".const .align 4 .b8 x[65540];":                           "65536",
		ptxHeader + ".visible .entry k(.param .align 8 .b8 x[5000]) { ret; }": "4352",
		".version 6.3\n.target sm_60\n.address_size 32":                       "addresses of 32 bits",
		"/* open":            "comment without end",
		".version 6.3\n\x01": "line 2: unexpected character",
		ptxHeader + ".func f() { call.uni f, (); ret; }\n.visible .entry k() { call.uni f, (); ret; }": "f calls itself",
	} {
		_, err := New(Options{Workers: 1}).Load(src)
		if err == nil {
			t.Errorf("accepted:\n%s", src)
			continue
		}
		for _, p := range strings.Split(parts, "|") {
			if !strings.Contains(err.Error(), p) {
				t.Errorf("%q lacks %q, for\n%s", err, p, src)
			}
		}
	}
}

// A register that nothing has written on the path that was taken.
func TestUnwrittenRegister(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		lane uint32
		ok   bool
	}{
		"never":           {"add.u32 %r2, %r3, 1;", 0, false},
		"one way":         {"setp.lt.u32 %p0, %r10, 5; @%p0 bra A; mov.u32 %r3, 1; A: add.u32 %r2, %r3, 1;", 0, false},
		"other way":       {"setp.ge.u32 %p0, %r10, 5; @%p0 bra A; mov.u32 %r3, 1; A: add.u32 %r2, %r3, 1;", 5, false},
		"guarded":         {"setp.lt.u32 %p0, %r10, 9; @%p0 mov.u32 %r3, 1; add.u32 %r2, %r3, 1;", 9, false},
		"guard":           {"@%p0 mov.u32 %r3, 1; mov.u32 %r2, 1;", 0, false},
		"address":         {"ld.global.u32 %r2, [%d7];", 0, false},
		"all guarded":     {"setp.lt.u32 %p0, %r10, 64; @%p0 mov.u32 %r3, 1; add.u32 %r2, %r3, 1;", 0, true},
		"same condition":  {"setp.lt.u32 %p0, %r10, 9; mov.u32 %r2, 0; @%p0 mov.u32 %r3, 1; @%p0 add.u32 %r2, %r3, 1;", 0, true},
		"does not matter": {"// implicit-def: %r3\nadd.u32 %r2, %r3, 1;", 0, true},
	} {
		src := ptxHeader + ".visible .entry k(.param .u64 y)\n{\n.reg .pred %p<8>; .reg .b32 %r<20>; .reg .b64 %d<20>;\n" +
			"mov.u32 %r10, %tid.x;\n" + c.body + "\nld.param.u64 %d0, [y]; mul.wide.u32 %d1, %r10, 4; add.u64 %d0, %d0, %d1; st.global.u32 [%d0], %r2;\n}"
		d := New(Options{Workers: 1})
		m, err := d.Load(src)
		if err != nil {
			t.Fatal(name, err)
		}
		err = d.Launch(kernel(t, m, "k"), dim(1), dim(32), 0, pack(allocate(t, d, 128)))
		if c.ok {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if f := wantFault(t, err, Uninitialised, "register"); f.Thread[0] != c.lane {
			t.Errorf("%s: %v; want thread %d", name, f, c.lane)
		}
	}
}

// Each kernel has its own shared memory: its static variables, then the launch's.
func TestDynamicShared(t *testing.T) {
	d := New(Options{Workers: 1})
	m, err := d.Load(ptxHeader + `
.extern .shared .align 4 .b8 dyn[];
.shared .align 4 .b8 common[4];
.shared .align 4 .b8 unused[4096];
.visible .entry k(.param .u64 y)
{
.shared .align 4 .b8 own[20];
.reg .b32 %r<8>; .reg .b64 %d<8>;
ld.param.u64 %d0, [y];
st.shared.u32 [common], 1; st.shared.u32 [own+16], 2; st.shared.u32 [dyn], 3; st.shared.u32 [dyn+8], 4;
ld.shared.u32 %r0, [common]; ld.shared.u32 %r1, [own+16]; ld.shared.u32 %r2, [dyn]; ld.shared.u32 %r3, [dyn+8];
st.global.v4.u32 [%d0], {%r0, %r1, %r2, %r3};
mov.u64 %d1, dyn; cvt.u32.u64 %r4, %d1; st.global.u32 [%d0+16], %r4;
}
.visible .entry none() { ret; }`)
	if err != nil {
		t.Fatal(err)
	}
	f := kernel(t, m, "k")
	y := allocate(t, d, 20)
	if err := d.Launch(f, dim(1), dim(1), 12, pack(y)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 20)
	if err := d.Read(y, got); err != nil {
		t.Fatal(err)
	}
	for i, v := range toWords(got) {
		if want := []uint32{1, 2, 3, 4, 32}[i]; v != want {
			t.Errorf("word %d is %d, want %d", i, v, want)
		}
	}
	wantFault(t, d.Launch(f, dim(1), dim(1), 11, pack(y)), OutOfBounds, "shared address 0x28", "43 bytes")
	wantFault(t, d.Launch(f, dim(1), dim(1), 0, pack(y)), OutOfBounds, "shared")
	if n := f.SharedBytes(); n != 24 {
		t.Errorf("%d bytes of static shared memory", n)
	}
}
