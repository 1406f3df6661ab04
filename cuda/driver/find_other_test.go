//go:build !linux || !amd64 || !cgo

package driver

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestFindWithoutTable(t *testing.T) {
	err := Find().Err()
	if !errors.Is(err, ErrNoDevice) || !strings.Contains(err.Error(), runtime.GOOS+"/"+runtime.GOARCH) {
		t.Errorf("a build without CUDA finds %v", err)
	}
}
