package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"
)

// newApp returns the commands.
func newApp() *cli.App {
	app := &cli.App{
		Name:            "pongpg",
		Usage:           "learns Atari Pong from pixels by policy gradients, thousands of games at a time",
		UsageText:       "pongpg COMMAND [FLAGS]; pongpg COMMAND --help has a command's flags",
		Version:         versionName(),
		HideHelpCommand: true,
		Commands: []*cli.Command{
			trainCommand(), sweepCommand(), evalCommand(), watchCommand(), playCommand(), exportCommand(), importCommand(), plotCommand(), weightsCommand(), serveCommand(), traceCommand(), benchCommand(), devicesCommand(), parityCommand(), versionCommand(),
		},
		Action:         noCommand,
		OnUsageError:   usageError,
		ExitErrHandler: func(*cli.Context, error) {}, // main handles it
	}
	setUp(app)
	return app
}

// setUp has the commands of an app report errors as ours.
func setUp(app *cli.App) {
	for _, c := range app.Commands {
		c.HideHelpCommand = true
		c.OnUsageError = usageError
		if c.Before == nil {
			c.Before = noArguments
		}
	}
}

// noCommand is run where the first argument is not a command.
func noCommand(c *cli.Context) error {
	if !c.Args().Present() {
		return cli.ShowAppHelp(c)
	}
	name, names := c.Args().First(), make([]string, 0, len(c.App.Commands))
	for _, command := range c.App.Commands {
		names = append(names, command.Name)
	}
	if name == "help" {
		if c.NArg() == 1 {
			return cli.ShowAppHelp(c)
		}
		if name = c.Args().Get(1); c.App.Command(name) != nil {
			return cli.ShowCommandHelp(c, name)
		}
	}
	return usageErrorf("unknown command %q; the commands are %s%s", name, strings.Join(names, ", "), didYouMean(name, names, ""))
}

// noArguments refuses arguments that are no flags: only the commands of withArguments have any.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usageErrorf("unexpected argument %q; %s takes flags only (pongpg %[2]s --help lists them)", c.Args().First(), c.Command.Name)
	}
	return nil
}

// didYouMean returns "; did you mean X?", with something before it, for the nearest of some names to one
// that is none of them, or "" if none is near: if all differ from it in more than a third of its letters.
func didYouMean(name string, names []string, before string) string {
	nearest, least := "", len(name)/3+1
	for _, other := range names {
		if d := distance(name, other); d < least {
			nearest, least = other, d
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s%s?", before, nearest)
}

// flagNames returns the names of flags, without those of a letter, which are near to all that is short.
func flagNames(flags []cli.Flag) (names []string) {
	for _, f := range flags {
		for _, name := range f.Names() {
			if len(name) > 1 {
				names = append(names, name)
			}
		}
	}
	return names
}

// distance returns how many letters are to be put in, left out, replaced, or exchanged with the next to make
// one word of another.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// The errors of package flag, which parses the command line.
var (
	unknownFlag = regexp.MustCompile(`^flag provided but not defined: -+(.*)$`)
	noValue     = regexp.MustCompile(`^flag needs an argument: -+(.*)$`)
	badValue    = regexp.MustCompile(`(?s)^invalid (?:boolean )?value (".*") for (?:flag )?-+([a-z-]+): (.*)$`)
)

// usageError says what is wrong with the flags.
func usageError(c *cli.Context, err error, _ bool) error {
	if e := (*exitError)(nil); errors.As(err, &e) {
		return err
	}
	flags, of := c.App.Flags, "pongpg"
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != "pongpg" {
		flags, of = c.Command.Flags, "pongpg "+c.Command.Name
	}
	text := err.Error()
	if m := unknownFlag.FindStringSubmatch(text); m != nil {
		return usageErrorf("unknown flag --%s%s (%s --help lists the flags)", m[1], didYouMean(m[1], flagNames(flags), "--"), of)
	}
	if m := noValue.FindStringSubmatch(text); m != nil {
		return usageErrorf("--%s needs a value (%s --help says which)", m[1], of)
	}
	if m := badValue.FindStringSubmatch(text); m != nil {
		reason := m[3]
		if reason == "parse error" {
			reason = "it is not one of true, false"
		}
		return usageErrorf("--%s %s: %s", m[2], m[1], reason)
	}
	return usageErrorf("%s (%s --help lists the flags)", text, of)
}
