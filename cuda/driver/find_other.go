//go:build !linux || !amd64 || !cgo

package driver

import (
	"fmt"
	"runtime"
)

// Find says that this build has no CUDA.
func Find() Status {
	return Status{Load: fmt.Sprintf("%s %s/%s", notBuilt, runtime.GOOS, runtime.GOARCH)}
}
