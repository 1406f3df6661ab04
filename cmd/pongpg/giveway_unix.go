//go:build unix && !linux

package main

import "golang.org/x/sys/unix"

// giveWay has the program leave the processors to others, as a training that it looks at: where
// those have nothing to do it makes no difference.
func giveWay() { _ = unix.Setpriority(unix.PRIO_PROCESS, 0, givenWay) }
