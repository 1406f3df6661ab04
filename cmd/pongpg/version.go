package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"pongpg/emu"
	"pongpg/trainer/compute/cpu"
)

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version, and what this machine computes with",
		Action: func(c *cli.Context) error {
			printVersion(c)
			return nil
		},
	}
}

func init() { cli.VersionPrinter = printVersion }

func printVersion(c *cli.Context) {
	cuda := "not in this build"
	if cudaBuilt {
		cuda = "built in"
	}
	fmt.Fprintf(c.App.Writer, "pongpg %s\n%s %s/%s, learning with %s, playing with %s, CUDA: %s\n", versionName(), runtime.Version(), runtime.GOOS, runtime.GOARCH, cpu.ISAs()[0], emu.ISA(), cuda)
}

// versionName returns the version: what the linker was told, else what the go command
// knew.
func versionName() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = " " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = " with changes"
		}
	}
	return info.Main.Version + revision + modified
}
