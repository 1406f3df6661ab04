package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/arena"
	"pongpg/cmd/internal/canvas"
	"pongpg/cmd/internal/film"
	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/pace"
	"pongpg/cmd/internal/terminal"
	"pongpg/trainer"
)

// watchFlags are the flags of watch.
type watchFlags struct {
	path             string
	seed             uint64
	greedy, panel    bool
	speed, seconds   float64
	episodes, points int64
	scale            int64
	output           outputFlags
}

const defaultScale = 2

func watchCommand() *cli.Command {
	f := watchFlags{seed: defaultSeed, speed: 1, scale: defaultScale}
	return &cli.Command{
		Name:      "watch",
		Usage:     "watch a trained policy play, in the terminal or as a film",
		UsageText: "pongpg watch RUN_DIR|CHECKPOINT [FLAGS]\npongpg watch RUN_DIR|CHECKPOINT -o FILM.gif [FLAGS]",
		Description: "A run that is being trained is followed: its newest checkpoint takes over between points. " +
			"Keys: space pauses, . steps a frame, + and - change the speed, n goes to the next point, q quits.",
		Flags: append([]cli.Flag{
			&cli.GenericFlag{Name: "seed", Value: into(&f.seed, parseNatural), DefaultText: fmt.Sprint(defaultSeed), Usage: "what the episodes follow from: those that eval plays with it"},
			&cli.BoolFlag{Name: "greedy", Destination: &f.greedy, Usage: "take the likeliest action instead of a sampled one"},
			&cli.GenericFlag{Name: "episodes", Value: into(&f.episodes, parseWhole), DefaultText: "until q; with -o one", Usage: "end after so many"},
			&cli.GenericFlag{Name: "points", Value: into(&f.points, parseWhole), Usage: "end after so many points"},
			&cli.GenericFlag{Name: "seconds", Value: into(&f.seconds, parseNumber), Usage: "end after so many seconds of the game"},
			&cli.GenericFlag{Name: "speed", Value: into(&f.speed, parseSpeed), DefaultText: "1", Usage: "how many times as fast as the game is: 1/8 to 16, a power of two"},
			&cli.BoolFlag{Name: "panel", Destination: &f.panel, Usage: "with -o: beside the screen the update, the score, the probabilities, what the network sees and its most active units"},
			&cli.GenericFlag{Name: "scale", Value: into(&f.scale, parseWhole), DefaultText: fmt.Sprint(defaultScale), Usage: "with -o: how many times as large a pixel is"},
		}, f.output.flags("write a film instead: .gif, .apng, .png (animated) or .mp4 (needs ffmpeg)")...),
		Before: func(c *cli.Context) (err error) { f.path, err = runArgument(c); return err },
		Action: func(c *cli.Context) error { return f.watch(c) },
	}
}

// runArgument takes the one argument, if it is there.
func runArgument(c *cli.Context) (string, error) {
	if c.NArg() > 1 {
		return "", usageErrorf("unexpected argument %q; %s takes one run's directory or checkpoint, before or after all flags (pongpg %[2]s --help lists them)", c.Args().Get(1), c.Command.Name)
	}
	return c.Args().First(), nil
}

// check returns an error for the first flag that is impossible.
func (f *watchFlags) check(c *cli.Context) error {
	if f.path == "" {
		return usageErrorf("watch needs a run's directory (for its latest checkpoint) or a checkpoint file: pongpg watch runs/NAME")
	}
	for _, limit := range []struct {
		flag string
		n    int64
	}{{"episodes", f.episodes}, {"points", f.points}} {
		if c.IsSet(limit.flag) && (limit.n < 1 || limit.n > maxEpisodes) {
			return usageErrorf("--%s %d is impossible: it must be in 1 … %d", limit.flag, limit.n, maxEpisodes)
		}
	}
	const day = 24 * 60 * 60
	switch {
	case f.seed > trainer.MaxSeed:
		return usageErrorf("--seed %d is impossible: it must be in 0 … %d", f.seed, uint64(trainer.MaxSeed))
	case c.IsSet("seconds") && !(f.seconds >= 1.0/arena.FrameRate && f.seconds <= day):
		return usageErrorf("--seconds %v is impossible: it must be in 0.02 … %d", f.seconds, day)
	case !arena.CheckSpeed(f.speed):
		return usageErrorf("--speed %v is impossible: it must be 1/8, 1/4, 1/2, 1, 2, 4, 8 or 16", f.speed)
	case f.scale < 1 || f.scale > film.MaxScale:
		return usageErrorf("--scale %d is impossible: it must be in 1 … %d", f.scale, film.MaxScale)
	}
	for _, flag := range []string{"panel", "scale", "force"} {
		if c.IsSet(flag) && f.output.path == "" {
			return usageErrorf("--%s is for a film: name its file with -o, as -o game.gif", flag)
		}
	}
	if c.IsSet("output") && f.output.path == "" {
		return usageErrorf("-o is empty: name a file, as -o game.gif")
	}
	return nil
}

func (f *watchFlags) watch(c *cli.Context) error {
	if err := f.check(c); err != nil {
		return err
	}
	to := film.Format("")
	if f.output.path != "" {
		var err error
		if to, err = film.FormatOfPath(f.output.path); err != nil {
			return usageErrorf("-o: %v", err)
		}
	}
	giveWay()
	agent, err := arena.Load(f.path)
	if err != nil {
		return err
	}
	for _, skipped := range agent.Skipped {
		fmt.Fprintln(os.Stderr, "pongpg:", "skipped:", oneLine(skipped))
	}
	match, err := arena.NewMatch(agent, nil, f.seed, f.greedy)
	if err != nil {
		return errors.Join(err, agent.Close())
	}
	limits := arena.Limits{Episodes: int(f.episodes), Points: int(f.points), Frames: int(f.seconds*arena.FrameRate + 0.5)}
	if to != "" {
		err = f.film(c, match, limits, to)
	} else {
		err = f.show(c, match, limits)
	}
	return errors.Join(err, match.Close())
}

// givenWay is the nice value of who only looks on: enough of a busy processor for a game that is not
// to stop, and hardly ever the one that another program has.
const givenWay = 10

// show shows the match on the terminal, and then says how its episodes went.
func (f *watchFlags) show(c *cli.Context, match *arena.Match, limits arena.Limits) error {
	v := &arena.Viewer{Match: match, Limits: limits, Speed: f.speed, Now: time.Now, Pace: pace.OfProcess()}
	defer v.Pace.Enter()()
	follows := func(guard func()) {
		if info, err := os.Stat(f.path); err == nil && info.IsDir() {
			match.Spare = &arena.Spare{}
			newer := func(update int64, due func(string) bool) (*arena.Agent, error) {
				return arena.Newer(f.path, update, due, match.Spare)
			}
			v.Follower = arena.NewFollower(match.Agent.Update, newer, guard)
		}
	}
	err := onTerminal(v, false, follows)
	if v.Follower != nil {
		err = errors.Join(err, v.Follower.Close())
	}
	if errors.Is(err, terminal.ErrNone) {
		return fmt.Errorf("%w; run it in one, or write a film: pongpg watch %s -o game.gif", err, format.Shell(f.path))
	}
	if err != nil {
		return err
	}
	return sayReturns(c.App.Writer, match)
}

// onTerminal shows a viewer's match on the terminal until it is done or a signal comes; begun
// is told, in the beginning, what to defer in other goroutines.
func onTerminal(v *arena.Viewer, releases bool, begun func(guard func())) (err error) {
	t, err := terminal.Open(os.Stdin, os.Stdout, os.Getenv, releases)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }() // also in a panic
	signals := watchSignals(func(string) { _ = t.Close() })
	defer signals.stop()
	begun(t.Guard)
	ticks := time.NewTicker(time.Second / arena.FrameRate)
	defer ticks.Stop()
	every := func(frames int) { ticks.Reset(time.Duration(frames) * time.Second / arena.FrameRate) }
	if err := arena.Run(signals.ctx, t, v, ticks.C, every); err != nil {
		return err
	}
	if v.Interrupted() {
		return &exitError{signalStatus(syscall.SIGINT), ""}
	}
	if s, ok := signals.by(); ok {
		return &exitError{signalStatus(s), ""}
	}
	return nil
}

// sayReturns says how the match's episodes went, if one has come to its end.
func sayReturns(w io.Writer, match *arena.Match) error {
	if len(match.Returns) == 0 {
		return nil
	}
	var list []string
	for _, r := range match.Returns {
		list = append(list, fmt.Sprintf("%+d", r))
	}
	_, err := fmt.Fprintf(w, "%s: %s\n", format.Plural(int64(len(list)), "episode"), strings.Join(list, " "))
	return err
}

// film writes the match to a file.
func (f *watchFlags) film(c *cli.Context, match *arena.Match, limits arena.Limits, to film.Format) error {
	if limits == (arena.Limits{}) {
		limits.Episodes = 1
	}
	if err := match.PlayOn(); err != nil {
		return err
	}
	before := match.Played
	if limits.Frames > 0 {
		limits.Frames += before
	}
	size, bytes := film.Size{Scale: int(f.scale)}, int64(0)
	size.Width, size.Height = arena.PictureSize(f.panel)
	err := f.output.write(func(ctx context.Context, w io.Writer) (err error) {
		made, err := film.New(ctx, to, size, f.speed)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, made.Close()) }()
		if err := f.shoot(ctx, made, match, limits); err != nil {
			return err
		}
		bytes, err = made.WriteTo(w)
		return err
	})
	if err != nil {
		return err
	}
	frames := match.Played - before
	_, err = fmt.Fprint(c.App.Writer, format.Table([][]string{
		{"played", fmt.Sprintf("update %s of %s", format.Count(match.Agent.Update), f.path)},
		{"game", fmt.Sprintf("%d frames, %s", frames, format.Plural(int64(match.Points), "point"))},
		{"written", fmt.Sprintf("%s: %dx%d pixels, %s, %sB", f.output.path, size.Width*size.Scale, size.Height*size.Scale,
			format.Duration(time.Duration(float64(frames)/arena.FrameRate/f.speed*float64(time.Second))), format.Short(float64(bytes)))},
	}))
	if err != nil {
		return err
	}
	return sayReturns(c.App.Writer, match)
}

// shoot plays the match into a film, a picture a frame.
func (f *watchFlags) shoot(ctx context.Context, made film.Film, match *arena.Match, limits arena.Limits) error {
	width, height := arena.PictureSize(f.panel)
	picture := canvas.New(width, height)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := match.Step(); err != nil {
			return err
		}
		match.Picture(picture, f.panel)
		if err := made.Add(picture); err != nil {
			return err
		}
		if limits.Reached(match) {
			return nil
		}
	}
}
