package main

import "golang.org/x/sys/windows"

// giveWay has the program leave the processors to others, as a training that it looks at: where
// those have nothing to do it makes no difference.
func giveWay() {
	_ = windows.SetPriorityClass(windows.CurrentProcess(), windows.BELOW_NORMAL_PRIORITY_CLASS)
}
