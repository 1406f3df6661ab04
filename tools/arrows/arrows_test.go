package arrows

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "pongpg"

// TestRepository holds the project itself to the rules.
func TestRepository(t *testing.T) {
	fsys := os.DirFS("../..")
	gomod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(string(gomod), "\n"); first != "module "+module {
		t.Fatalf("go.mod begins with %q, want %q", first, "module "+module)
	}
	found, err := Check(fsys, module, Rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
	folders, err := packages(fsys)
	if err != nil {
		t.Fatal(err)
	}
	seen := func(dir string) bool {
		return slices.ContainsFunc(folders, func(f folder) bool { return f.path == dir })
	}
	for _, dir := range []string{"emu", "emu/philox", "trainer/compute", "tools/arrows"} {
		if !seen(dir) {
			t.Errorf("%s was not looked at: %d folders were", dir, len(folders))
		}
	}
}

// planted is a file that breaks a rule, and the import it breaks it with.
type planted struct{ file, imported string }

// TestPlantedViolations puts one wrong import at a time into a sound tree. Each
// must be found, with its file, and nothing else.
func TestPlantedViolations(t *testing.T) {
	for _, p := range []planted{
		{"emu/x.go", "pongpg/trainer"},
		{"emu/x_test.go", "pongpg/trainer/compute"},
		{"emu/x_windows_arm64.go", "pongpg/cuda"},
		{"emu/x.go", "github.com/mmcloughlin/avo/build"},
		{"emu/philox/x.go", "pongpg/emu"},
		{"trainer/x.go", "pongpg/trainer/compute/cpu"},
		{"trainer/x.go", "pongpg/cuda"},
		{"trainer/x.go", "github.com/urfave/cli/v2"},
		{"trainer/compute/x.go", "pongpg/emu"},
		{"trainer/compute/x.go", "gonum.org/v1/gonum/blas/gonum"},
		{"trainer/compute/cpu/x.go", "pongpg/emu"},
		{"trainer/compute/cpu/x.go", "pongpg/trainer/compute/computetest"},
		{"trainer/compute/computetest/x.go", "pongpg/trainer/compute/cpu"},
		{"trainer/compute/parity/x.go", "pongpg/trainer/compute/cpu"},
		{"trainer/checkpoint/x.go", "pongpg/trainer"},
		{"kernels/x.go", "pongpg/cuda/driver"},
		{"kernels/x.go", "C"},
		{"cuda/x.go", "C"},
		{"cuda/x.go", "pongpg/trainer"},
		{"cuda/x.go", "pongpg/cuda/simgpu"},
		{"cuda/x.go", "gorgonia.org/cuda"},
		{"cuda/driver/x.go", "pongpg/kernels"},
		{"cmd/internal/web/x.go", "github.com/urfave/cli/v2"},
		{"cmd/internal/web/x.go", "example.org/unlisted"},
		{"cmd/internal/web/x.go", "gonum.org/v1/plot"},
		{"cmd/internal/plot/x.go", "pongpg/cmd/internal/session"},
		{"cmd/pongpg/x.go", "example.org/unlisted"},
		{"trainer/compute/cpu/asm/x.go", "pongpg/trainer/compute/cpu"},
		{"tools/x/x.go", "pongpg/emu"},
	} {
		t.Run(p.file+" "+p.imported, func(t *testing.T) {
			fsys := soundTree()
			fsys[p.file] = source(p.imported)
			found, err := Check(fsys, module, Rules)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) != 1 || found[0].Import != p.imported || !strings.HasPrefix(found[0].File, p.file+":4:") {
				t.Fatalf("found %v, want one violation in %s", found, p.file)
			}
			if s := found[0].String(); !strings.Contains(s, found[0].Rule.Folder) || !strings.Contains(s, p.imported) {
				t.Errorf("message %q does not name the rule and the import", s)
			}
		})
	}
}

// TestConstraintsHideNothing plants a violation behind a build constraint that
// no build satisfies.
func TestConstraintsHideNothing(t *testing.T) {
	fsys := soundTree()
	fsys["emu/gen.go"] = &fstest.MapFile{Data: []byte("//go:build ignore\n\npackage main\n\nimport _ \"pongpg/cuda\"\n")}
	found, err := Check(fsys, module, Rules)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].File != "emu/gen.go:5:8" {
		t.Errorf("found %v, want one violation at emu/gen.go:5:8", found)
	}
}

// TestFolderWithoutRule plants packages in folders that the table does not
// name, one of them below a folder that it does.
func TestFolderWithoutRule(t *testing.T) {
	for _, dir := range []string{"util", "trainer/extra", "emu/philox/fast"} {
		fsys := soundTree()
		fsys[dir+"/x.go"] = source("fmt")
		found, err := Check(fsys, module, Rules)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 || found[0].File != dir || found[0].Rule != nil {
			t.Errorf("%s: found %v, want one folder without a rule", dir, found)
		}
	}
}

// TestUnreadable requires an error for what is not Go, so that a broken file
// cannot pass for one without imports.
func TestUnreadable(t *testing.T) {
	fsys := soundTree()
	fsys["emu/x.go"] = &fstest.MapFile{Data: []byte("package emu\nimport fmt\n")}
	if _, err := Check(fsys, module, Rules); err == nil || !strings.Contains(err.Error(), "emu/x.go") {
		t.Errorf("error %v, want one that names emu/x.go", err)
	}
}

// TestSoundTree checks that what the rules allow passes, and that what the go
// command does not build is left alone.
func TestSoundTree(t *testing.T) {
	fsys := soundTree()
	for _, name := range []string{"emu/testdata/x.go", "_old/x.go", ".git/x.go", "emu/_x.go", "build/x/x.go", "other/x.go"} {
		fsys[name] = source("example.org/unlisted")
	}
	fsys["other/go.mod"] = &fstest.MapFile{Data: []byte("module other\n")}
	found, err := Check(fsys, module, Rules)
	if err != nil || len(found) != 0 {
		t.Errorf("found %v, error %v; want none", found, err)
	}
}

// soundTree is a small module that keeps to the rules, each of them used.
func soundTree() fstest.MapFS {
	return fstest.MapFS{
		"go.mod":                             {Data: []byte("module pongpg\n")},
		"cmd/pongpg/main.go":                 source("os", "pongpg/cuda", "pongpg/cmd/internal/web", "github.com/urfave/cli/v2"),
		"cmd/internal/web/web.go":            source("net/http", "pongpg/trainer", "pongpg/emu"),
		"emu/emu.go":                         source("math/bits", "pongpg/emu/philox", "golang.org/x/sys/cpu"),
		"emu/emu_test.go":                    source("testing", "pongpg/emu"),
		"emu/philox/philox.go":               source("math/bits"),
		"trainer/trainer.go":                 source("pongpg/emu", "pongpg/trainer/compute", "pongpg/trainer/checkpoint"),
		"trainer/trainer_test.go":            source("pongpg/trainer/compute/cpu"),
		"trainer/compute/compute.go":         source("unsafe"),
		"trainer/compute/cpu/cpu.go":         source("pongpg/trainer/compute", "gonum.org/v1/gonum/blas/gonum"),
		"trainer/compute/cpu/cpu_test.go":    source("pongpg/trainer/compute/computetest"),
		"trainer/compute/cpu/asm/gen.go":     source("github.com/mmcloughlin/avo/build", "os"),
		"trainer/compute/computetest/run.go": source("testing", "pongpg/trainer/compute", "pongpg/emu/philox"),
		"trainer/checkpoint/save.go":         source("os", "golang.org/x/sys/unix"),
		"kernels/kernels.go":                 source("embed"),
		"cuda/cuda.go":                       source("pongpg/kernels", "pongpg/cuda/driver", "pongpg/trainer/compute", "gorgonia.org/cu"),
		"cuda/cuda_test.go":                  source("pongpg/cuda/simgpu", "pongpg/trainer/compute/computetest"),
		"cuda/driver/driver.go":              source("C", "unsafe"),
		"cuda/simgpu/simgpu.go":              source("pongpg/cuda/driver"),
		"tools/arrows/arrows.go":             source("go/parser"),
	}
}

// source is a file that imports the given packages, from line 4 on.
func source(imports ...string) *fstest.MapFile {
	var b strings.Builder
	b.WriteString("package p\n\nimport (\n")
	for _, i := range imports {
		b.WriteString("\t_ \"" + i + "\"\n")
	}
	b.WriteString(")\n")
	return &fstest.MapFile{Data: []byte(b.String())}
}
