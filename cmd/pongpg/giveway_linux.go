package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// giveWay has the program leave the processors to others, as a training that it looks at: where
// those have nothing to do it makes no difference. Linux knows it of each thread; one that
// begins later is as the one that has begun it.
func giveWay() {
	for changed := true; changed; {
		changed = false
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return
		}
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil {
				continue
			}
			// The system call's result is 20 less the nice value.
			if now, err := unix.Getpriority(unix.PRIO_PROCESS, id); err == nil && 20-now < givenWay {
				changed = unix.Setpriority(unix.PRIO_PROCESS, id, givenWay) == nil || changed
			}
		}
	}
}
