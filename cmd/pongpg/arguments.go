package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// withArguments are the commands that take arguments beside flags.
var withArguments = []string{"import", "play", "plot", "serve", "sweep", "watch", "weights"}

// flagsFirst returns the command line with a command's arguments behind its flags, where
// package flag, which stops at the first argument, leaves them alone. What follows "--" is
// arguments.
func flagsFirst(app *cli.App, args []string) []string {
	if len(args) < 2 || !slices.Contains(withArguments, args[1]) {
		return args
	}
	flags, rest := args[:2:2], []string(nil)
	for i := 2; i < len(args); i++ {
		arg := args[i]
		switch name := strings.TrimLeft(arg, "-"); {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			rest = append(rest, arg)
		case i+1 < len(args) && !strings.Contains(name, "=") && takesValue(app.Command(args[1]), name):
			flags = append(flags, arg, args[i+1])
			i++
		default:
			flags = append(flags, arg)
		}
	}
	return append(append(flags, "--"), rest...)
}

// takesValue reports whether a command has a flag of this name that is followed by a value.
func takesValue(c *cli.Command, name string) bool {
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), name) {
			d, ok := f.(cli.DocGenerationFlag)
			return !ok || d.TakesValue()
		}
	}
	return false
}
