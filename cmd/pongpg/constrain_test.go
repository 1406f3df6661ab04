//go:build linux || darwin

package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// What a test takes from the command before it begins.
const (
	fileSizeLimit = "PONGPG_TEST_FSIZE" // bytes that a file may have
	userNumber    = "PONGPG_TEST_UID"   // the user to become, if the test is root
)

// constrain gives up what the test asks for.
func constrain() {
	if text := os.Getenv(fileSizeLimit); text != "" {
		n, err := strconv.ParseUint(text, 10, 63)
		must(err)
		// A signal would end the process; without it the write fails, as on a full disk.
		signal.Ignore(syscall.SIGXFSZ)
		must(setFileSizeLimit(n))
	}
	if text := os.Getenv(userNumber); text != "" {
		n, err := strconv.Atoi(text)
		must(err)
		must(syscall.Setgid(n))
		must(syscall.Setuid(n))
	}
}

func setFileSizeLimit(n uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = n
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "test:", err)
		os.Exit(99)
	}
}
