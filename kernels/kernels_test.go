package kernels

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// files returns the names of the sources, without ".cu".
func files(t *testing.T) []string {
	names, err := filepath.Glob("*.cu")
	if err != nil || len(names) == 0 {
		t.Fatalf("sources: %v, %v", names, err)
	}
	for i := range names {
		names[i] = strings.TrimSuffix(names[i], ".cu")
	}
	return names
}

// described returns the kernels of a file by name.
func described(file string) map[string]*Kernel {
	found := map[string]*Kernel{}
	for _, k := range All() {
		if k.File == file {
			found[k.Name] = k
		}
	}
	return found
}

// TestEntries holds the descriptions to the PTX, which is what is launched.
func TestEntries(t *testing.T) {
	names := files(t)
	for _, k := range All() {
		if !slices.Contains(names, k.File) {
			t.Errorf("%s is in %s.cu, which is not there", k.Name, k.File)
		}
	}
	for _, file := range names {
		text, err := os.ReadFile(file + ".ptx")
		if err != nil {
			t.Errorf("%v; make kernels", err)
			continue
		}
		header, entries, err := parsePTX(string(text))
		if err != nil {
			t.Errorf("%s.ptx: %v", file, err)
		}
		if want := ".version 6.3\n.target sm_60\n.address_size 64\n"; !strings.HasPrefix(header, want) {
			t.Errorf("%s.ptx begins with %q, want %q", file, header, want)
		}
		kernels := described(file)
		for _, e := range entries {
			k := kernels[e.name]
			if k == nil {
				t.Errorf("%s.ptx: %s is not described; add it to %s.go", file, e.name, file)
				continue
			}
			delete(kernels, e.name)
			if k.PTX() != string(text) {
				t.Errorf("%s: PTX is not that of %s.ptx", k.Name, file)
			}
			compare(t, k, e)
		}
		for name := range kernels {
			t.Errorf("%s is described, but not in %s.ptx", name, file)
		}
	}
}

func compare(t *testing.T, k *Kernel, e *entry) {
	var params []string
	for _, p := range k.Params {
		params = append(params, ptxType(p.Type))
	}
	if !slices.Equal(params, e.params) {
		t.Errorf("%s: parameters are described as %v and are %v", k.Name, params, e.params)
	}
	if k.Block != e.block {
		t.Errorf("%s: blocks are described as of %d threads and are of %d", k.Name, k.Block, e.block)
	}
	if k.Shared != e.shared {
		t.Errorf("%s: %d bytes of shared memory are described and %d used", k.Name, k.Shared, e.shared)
	}
	if e.shared > 48<<10 {
		t.Errorf("%s: %d bytes of shared memory; a block has 48 KiB", k.Name, e.shared)
	}
}

var (
	kernelSource = regexp.MustCompile(`(?s)KERNEL\([\w, ]+\)\s*(\w+)\((.*?)\)\s*\{`)
	paramSource  = regexp.MustCompile(`^(?:const )?(float|u8|u16|u32|u64|i32)( \*(?:__restrict__ )?| )(\w+)$`)
)

// TestSources holds the descriptions to the sources, which have what PTX drops: the
// parameters' names, and which of them are addresses.
func TestSources(t *testing.T) {
	scalars := map[string]Type{"float": F32, "u32": U32, "u64": U64, "i32": S32}
	for _, file := range files(t) {
		text, err := os.ReadFile(file + ".cu")
		if err != nil {
			t.Fatal(err)
		}
		kernels := described(file)
		for _, m := range kernelSource.FindAllStringSubmatch(string(text), -1) {
			k := kernels[m[1]]
			if k == nil {
				t.Errorf("%s.cu: %s is not described", file, m[1])
				continue
			}
			delete(kernels, m[1])
			params := strings.Split(strings.Join(strings.Fields(m[2]), " "), ", ")
			if len(params) != len(k.Params) {
				t.Errorf("%s has the parameters %q, %d are described", k.Name, params, len(k.Params))
				continue
			}
			for i, p := range k.Params {
				m := paramSource.FindStringSubmatch(params[i])
				if m == nil {
					t.Errorf("%s: cannot read the parameter %q", k.Name, params[i])
					continue
				}
				want, known := scalars[m[1]]
				if strings.Contains(m[2], "*") {
					want, known = Pointer, true
				}
				if !known || p.Type != want {
					t.Errorf("%s: %q is described as %s", k.Name, params[i], p.Type)
				}
				if name := strings.ReplaceAll(m[3], "_", ""); !strings.EqualFold(p.Name, name) {
					t.Errorf("%s: parameter %d is described as %s, and is %q", k.Name, i, p.Name, params[i])
				}
			}
		}
		for name := range kernels {
			t.Errorf("%s is described, but not in %s.cu", name, file)
		}
	}
}

// TestArithmetic refuses instructions whose bits are not those of the contract.
func TestArithmetic(t *testing.T) {
	for _, file := range files(t) {
		text, err := os.ReadFile(file + ".ptx")
		if err != nil {
			t.Fatal(err)
		}
		_, entries, err := parsePTX(string(text))
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for _, e := range entries {
			lines += len(e.body)
			for _, line := range e.body {
				if why := surprise(line); why != "" {
					t.Errorf("%s: %q: %s", e.name, line, why)
				}
			}
		}
		if lines == 0 {
			t.Errorf("%s.ptx has no instructions", file)
		}
	}
}

// TestSurprise plants what TestArithmetic must find.
func TestSurprise(t *testing.T) {
	for line, want := range map[string]bool{
		"fma.rn.f32 	%f1, %f2, %f3, %f4;":                true,
		"@%p1 fma.rn.f32 	%f1, %f2, %f3, %f4;":           true,
		"mad.f32 	%f1, %f2, %f3, %f4;":                   true,
		"add.f32 	%f1, %f2, %f3;":                        true,
		"mul.f32 	%f1, %f2, %f3;":                        true,
		"add.rz.f32 	%f1, %f2, %f3;":                     true,
		"add.rn.ftz.f32 	%f1, %f2, %f3;":                 true,
		"div.approx.f32 	%f1, %f2, %f3;":                 true,
		"div.full.f32 	%f1, %f2, %f3;":                   true,
		"sqrt.approx.ftz.f32 	%f1, %f2;":                 true,
		"ex2.approx.f32 	%f1, %f2;":                      true,
		"max.f32 	%f1, %f2, 0f00000000;":                 true,
		"setp.lt.ftz.f32 	%p1, %f1, %f2;":                true,
		"atom.global.add.f32 	%f1, [%rd1], %f2;":         true,
		"red.global.add.f32 	[%rd1], %f2;":               true,
		"cvt.rzi.s32.f32 	%r1, %f1;":                     true,
		"cvt.f64.f32 	%fd1, %f1;":                        true,
		"add.rn.f64 	%fd1, %fd2, %fd3;":                  true,
		".local .align 4 .b8 	__local_depot0[64];":       true,
		"ld.local.f32 	%f1, [%rd1];":                     true,
		"st.local.u32 	[%rd1], %r1;":                     true,
		"call.uni (retval0), helper, (param0);":          true,
		"add.rn.f32 	%f1, %f2, %f3;":                     false,
		"@!%p12 add.rn.f32 	%f1, %f2, %f3;":              false,
		"ld.global.nc.v4.f32 	{%f1, %f2, %f3, %f4}, [%]": false,
		"setp.neu.f32 	%p1, %f1, %f2;":                   false,
		"mad.lo.s32 	%r1, %r2, %r3, %r4;":                false,
		"$L__BB0_2:":                                     false,
		".reg .f32 	%f<3>;":                              false,
	} {
		if got := surprise(line) != ""; got != want {
			t.Errorf("surprise(%q) is %q", line, surprise(line))
		}
	}
}
