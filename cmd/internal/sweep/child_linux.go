package sweep

import (
	"os"
	"os/exec"
	"syscall"
)

// apart has a child in a process group of its own, so that a terminal's Ctrl-C reaches it
// only through the sweep, once; and stops it, saving, should the sweep be killed.
func apart(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

func askToStop(p *os.Process) { p.Signal(syscall.SIGTERM) } // an error: it has ended by itself
