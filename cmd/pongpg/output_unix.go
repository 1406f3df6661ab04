//go:build !windows

package main

import "golang.org/x/sys/unix"

// outputGone reports whether nobody can read any more what is written to standard output or standard
// error.
func outputGone() bool {
	for _, fd := range []int32{1, 2} {
		of := []unix.PollFd{{Fd: fd}}
		if n, err := unix.Poll(of, 0); err == nil && n > 0 && of[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0 {
			return true
		}
	}
	return false
}
