package main

import (
	"runtime"
	"strings"
	"testing"

	"pongpg/emu"
	"pongpg/trainer/compute/cpu"
)

func TestVersion(t *testing.T) {
	got := succeed(t, t.TempDir(), "version").stdout
	for _, part := range []string{"pongpg ", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, "learning with " + cpu.ISAs()[0], "playing with " + emu.ISA(), "CUDA: "} {
		if !strings.Contains(got, part) {
			t.Errorf("%q does not say %q", got, part)
		}
	}
	if same := succeed(t, t.TempDir(), "--version").stdout; same != got {
		t.Errorf("--version says %q, version %q", same, got)
	}
}

func TestVersionFromTheLinker(t *testing.T) {
	defer func(was string) { version = was }(version)
	version = "v1.2.3"
	if got := versionName(); got != "v1.2.3" {
		t.Errorf("version %q", got)
	}
}
