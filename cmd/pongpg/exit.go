package main

import "fmt"

// Exit statuses. A run that a signal ended exits with 128 plus the signal's number, as
// a shell reports it.
const (
	statusError  = 1 // something went wrong
	statusUsage  = 2 // the command line asks for something impossible
	statusMissed = 3 // the run ended before --until-return was reached
)

// exitError is an error with an exit status of its own. An empty text says that all has
// been said.
type exitError struct {
	status int
	text   string
}

func (e *exitError) Error() string { return e.text }

// usageErrorf returns the error of a command line that asks for something impossible.
func usageErrorf(format string, args ...any) error {
	return &exitError{statusUsage, fmt.Sprintf(format, args...)}
}

// asUsage makes err the error of an impossible command line.
func asUsage(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{statusUsage, err.Error()}
}
