package bench

import (
	"os"
	"runtime"
	"strings"
)

// Machine is what was measured on.
type Machine struct {
	CPU   string `json:"cpu"`   // the processor's own name, or the architecture's
	Cores int    `json:"cores"` // processors that this program may use
	ISA   string `json:"isa"`   // of the CPU backend
	Go    string `json:"go"`
	OS    string `json:"os"`
	Arch  string `json:"arch"`
}

func thisMachine(isa string) Machine {
	return Machine{
		CPU: cpuName(), Cores: runtime.NumCPU(), ISA: isa,
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
	}
}

// cpuName returns the processor's name where Linux says it.
func cpuName() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(info)) {
		if key, name, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(name)
		}
	}
	return runtime.GOARCH
}
