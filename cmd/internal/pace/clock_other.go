//go:build !(linux || darwin)

package pace

import "time"

// processTime and threadTime would return the processors' time that this process, and this thread, have
// taken: here it is not known, or not exactly enough, and all frames are shown.
func processTime() (time.Duration, bool) { return 0, false }
func threadTime() (time.Duration, bool)  { return 0, false }
