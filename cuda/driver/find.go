//go:build linux && amd64 && cgo

package driver

/*
#cgo CFLAGS: -I${SRCDIR}/include
#cgo LDFLAGS: -L${SRCDIR} -ldl
#include "driver.h"
*/
import "C"

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"unsafe"
)

// folders are where the driver lies on machines whose dynamic linker does not know it:
// the Windows Subsystem for Linux, NixOS, and nodes that mount it into containers.
var folders = []string{"/usr/lib/wsl/lib", "/run/opengl-driver/lib", "/usr/local/nvidia/lib64"}

// source is where the table's functions come from.
var source struct {
	sync.Mutex
	found     *Status // what Find found; nil before it
	simulator Simulator
}

// Find loads the driver and initialises it, once in a process, and returns what it
// found. After Simulate it looks at the Simulator instead, once too.
func Find() Status {
	source.Lock()
	defer source.Unlock()
	if source.found == nil {
		s := find()
		source.found = &s
	}
	s := *source.found
	s.Missing = slices.Clone(s.Missing)
	return s
}

func find() Status {
	s := Status{Init: NotInitialized, Count: NotInitialized}
	if v, ok := os.LookupEnv("CUDA_VISIBLE_DEVICES"); ok {
		s.Hidden = "CUDA_VISIBLE_DEVICES=" + v
	}
	if source.simulator != nil {
		s.Path = "simulated"
	} else {
		if s.Path, s.Load = load(); s.Path == "" {
			return s
		}
		C.driver_use_loaded()
	}
	for _, e := range needed {
		if !Has(e) {
			s.Missing = append(s.Missing, e.Name())
		}
	}
	var n C.int
	if Result(C.cuDriverGetVersion(&n)) == Success {
		s.Version = int(n)
	}
	if s.Init = Result(C.driver_init()); s.Init != Success {
		return s
	}
	n = 0
	if s.Count = Result(C.cuDeviceGetCount(&n)); s.Count == Success {
		s.Devices = int(n)
	}
	return s
}

// load loads the library by its name, or else from one of the folders. It returns
// the library's path, or the dynamic linker's complaint about the name.
func load() (path, complaint string) {
	path, complaint = open(library)
	if !(Status{Load: complaint}).absent() {
		return path, complaint
	}
	for _, dir := range folders {
		name := filepath.Join(dir, library)
		if _, err := os.Stat(name); err == nil {
			return open(name)
		}
	}
	return "", complaint
}

func open(name string) (path, complaint string) {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	var cpath *C.char
	if text := C.driver_load(cname, &cpath); text != nil {
		defer C.free(unsafe.Pointer(text))
		return "", C.GoString(text)
	}
	defer C.free(unsafe.Pointer(cpath))
	if path = C.GoString(cpath); path == "" {
		path = name
	}
	return path, ""
}

// Has says whether the driver has the function. Before Find it has none.
func Has(e Entry) bool { return C.driver_has(C.int(e)) != 0 }
