//go:build linux || darwin

package pace

import (
	"time"

	"golang.org/x/sys/unix"
)

// processTime and threadTime return the processors' time that this process, and this thread, have
// taken, and whether the system knows it.
func processTime() (time.Duration, bool) { return clock(unix.CLOCK_PROCESS_CPUTIME_ID) }
func threadTime() (time.Duration, bool)  { return clock(unix.CLOCK_THREAD_CPUTIME_ID) }

func clock(id int32) (time.Duration, bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}
