//go:build !unix

package sweep

import (
	"os"
	"os/exec"
)

// apart does nothing: the console's Ctrl-C reaches every process.
func apart(*exec.Cmd) {}

// askToStop does nothing, as the console has asked already.
func askToStop(*os.Process) {}
