package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// version is set by the linker: -ldflags '-X main.version=…'.
var version string

func main() { os.Exit(run(os.Args)) }

// run runs the command that args name and returns the exit status. An error is one
// line on standard error.
func run(args []string) int {
	app := newApp()
	err := app.Run(flagsFirst(app, args))
	if err == nil {
		return 0
	}
	status := statusError
	if e := (*exitError)(nil); errors.As(err, &e) {
		status = e.status
	}
	if text := oneLine(err); text != "" {
		fmt.Fprintln(os.Stderr, "pongpg:", text)
	}
	return status
}

// oneLine returns the text of err, joined errors one after the other.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' })
	return strings.Join(lines, "; ")
}
