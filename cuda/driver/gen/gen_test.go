package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const small = `
#define cuMemAlloc cuMemAlloc_v2 /* a comment */
#define CU_TRSF_READ_AS_INTEGER 0x01

typedef enum cudaError_enum {
	CUDA_SUCCESS = 0,
	CUDA_ERROR_NO_DEVICE = 100
} CUresult;

typedef enum CUdevice_attribute_enum {
	CU_DEVICE_ATTRIBUTE_WARP_SIZE = 0x0a
} CUdevice_attribute;

CUresult cuInit(unsigned int flags);
CUresult cuMemAlloc(CUdeviceptr *pointer, size_t bytes); /* or cuMemAlloc */
CUresult cuCtxSynchronize(void);
CUresult cuModuleLoadData(CUmodule *module, const void *image);
CUresult cuTexRefSetMipmapLevelBias(CUtexref texture, float bias);
`

func TestParse(t *testing.T) {
	got, err := parse(small)
	if err != nil {
		t.Fatal(err)
	}
	want := header{
		functions: []function{
			{"cuInit", "cuInit", "", []param{{"unsigned int", "flags"}}},
			{"cuMemAlloc", "cuMemAlloc_v2", "cuMemAlloc", []param{{"CUdeviceptr *", "pointer"}, {"size_t", "bytes"}}},
			{"cuCtxSynchronize", "cuCtxSynchronize", "", nil},
			{"cuModuleLoadData", "cuModuleLoadData", "", []param{{"CUmodule *", "module"}, {"const void *", "image"}}},
			{"cuTexRefSetMipmapLevelBias", "cuTexRefSetMipmapLevelBias", "", []param{{"CUtexref", "texture"}, {"float", "bias"}}},
		},
		results:    []constant{{"CUDA_SUCCESS", 0}, {"CUDA_ERROR_NO_DEVICE", 100}},
		attributes: []constant{{"CU_DEVICE_ATTRIBUTE_WARP_SIZE", 10}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parsed\n%+v, want\n%+v", got, want)
	}
}

// TestParseRefuses checks that what is not understood is an error and is not left out.
func TestParseRefuses(t *testing.T) {
	for name, change := range map[string][3]string{
		"prototype":        {"size_t bytes);", "size_t bytes)", "5 lines begin with CUresult, 4"},
		"parameter":        {"size_t bytes)", "size_t)", "cuMemAlloc"},
		"function pointer": {"size_t bytes)", "size_t (*f)(int))", "lines begin with CUresult"},
		"define":           {"#define cuMemAlloc ", "#define cuMemAllocate ", "cuMemAllocate is defined"},
		"constant":         {"NO_DEVICE = 100", "NO_DEVICE", "CUDA_ERROR_NO_DEVICE"},
		"value":            {"NO_DEVICE = 100", "NO_DEVICE = CUDA_SUCCESS", "CUresult"},
		"enumeration":      {"} CUresult;", "} result;", "CUresult"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(small, change[0], change[1], 1)
			if text == small {
				t.Fatalf("the header has no %q", change[0])
			}
			if _, err := parse(text); err == nil || !strings.Contains(err.Error(), change[2]) {
				t.Errorf("error %v, want it to say %q", err, change[2])
			}
		})
	}
	h, err := parse(strings.Replace(small, "float bias", "double bias", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forwardC(h); err == nil {
		t.Error("a double has been packed")
	}
}

// TestGenerated checks that the files in the package are what gen makes of its header.
func TestGenerated(t *testing.T) {
	header, err := filepath.Abs("../include/cuda.h")
	if err != nil {
		t.Fatal(err)
	}
	committed, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := run(header); err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 5 {
		t.Errorf("%d files, want 5", len(made))
	}
	for _, f := range made {
		got, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(committed, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what cuda.h makes; run go generate ./cuda/driver", f.Name())
		}
	}
}
