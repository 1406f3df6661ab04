package checkpoint

import (
	"io"
	"os"
	"path/filepath"
	"strings"
)

// deviceName is the file that says what a run computes on. It is no part of the configuration or a
// checkpoint, which are the same on all devices.
const deviceName = "device.txt"

// SetDevice notes what the run computes on from now on, a line for people who look at it.
func (r *Run) SetDevice(name string) error {
	if r.lock == nil {
		return errReadOnly
	}
	return WriteFileAtomic(filepath.Join(r.dir, deviceName), func(w io.Writer) error {
		_, err := io.WriteString(w, name+"\n")
		return err
	})
}

// Device returns what the run computes on, or did last; "" if nobody has noted it, or what was noted
// cannot be read.
func (r *Run) Device() string {
	text, err := os.ReadFile(filepath.Join(r.dir, deviceName))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
