package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/arena"
	"pongpg/cmd/internal/pace"
	"pongpg/cmd/internal/terminal"
	"pongpg/trainer"
)

// playFlags are the flags of play.
type playFlags struct {
	path   string
	seed   uint64
	greedy bool
	speed  float64
}

func playCommand() *cli.Command {
	f := playFlags{seed: defaultSeed, speed: 1}
	return &cli.Command{
		Name:      "play",
		Usage:     "play against the console's opponent, or against a trained policy, in the terminal",
		UsageText: "pongpg play [RUN_DIR|CHECKPOINT] [FLAGS]",
		Description: "Against the opponent you have the right, green paddle; against a policy, which has learned on the right, " +
			"the left, orange one. Keys: up and down, or w and s; space is the fire button; p pauses, q quits.",
		Flags: []cli.Flag{
			&cli.GenericFlag{Name: "seed", Value: into(&f.seed, parseNatural), DefaultText: fmt.Sprint(defaultSeed), Usage: "what the policy's actions and its frame skip follow from"},
			&cli.BoolFlag{Name: "greedy", Destination: &f.greedy, Usage: "the policy takes the likeliest action instead of a sampled one"},
			&cli.GenericFlag{Name: "speed", Value: into(&f.speed, parseSpeed), DefaultText: "1", Usage: "how many times as fast as the game is: 1/8 to 16, a power of two"},
		},
		Before: func(c *cli.Context) (err error) { f.path, err = runArgument(c); return err },
		Action: func(c *cli.Context) error { return f.play(c) },
	}
}

func (f *playFlags) play(c *cli.Context) error {
	switch {
	case f.seed > trainer.MaxSeed:
		return usageErrorf("--seed %d is impossible: it must be in 0 … %d", f.seed, uint64(trainer.MaxSeed))
	case !arena.CheckSpeed(f.speed):
		return usageErrorf("--speed %v is impossible: it must be 1/8, 1/4, 1/2, 1, 2, 4, 8 or 16", f.speed)
	}
	match, err := f.match()
	if err != nil {
		return err
	}
	v := &arena.Viewer{Match: match, Limits: arena.Limits{Episodes: 1}, Speed: f.speed, Now: time.Now, Pace: pace.OfProcess()}
	defer v.Pace.Enter()()
	err = onTerminal(v, true, func(func()) {})
	if errors.Is(err, terminal.ErrNone) {
		err = fmt.Errorf("%w; run it in one: play needs keys, and shows the game there", err)
	}
	if err = errors.Join(err, match.Close()); err != nil {
		return err
	}
	return sayWinner(c, match)
}

// match returns the match that is to be played.
func (f *playFlags) match() (*arena.Match, error) {
	if f.path == "" {
		return arena.NewMatch(nil, arena.NewPerson(), f.seed, false)
	}
	agent, err := arena.Load(f.path)
	if err != nil {
		return nil, err
	}
	for _, skipped := range agent.Skipped {
		fmt.Fprintln(os.Stderr, "pongpg:", "skipped:", oneLine(skipped))
	}
	match, err := arena.NewMatch(agent, arena.NewPerson(), f.seed, f.greedy)
	if err != nil {
		return nil, errors.Join(err, agent.Close())
	}
	return match, nil
}

// sayWinner says how it ended, if it did.
func sayWinner(c *cli.Context, match *arena.Match) error {
	if len(match.Returns) == 0 {
		return nil
	}
	margin := match.Returns[0]
	if match.Agent != nil { // the person is on the left
		margin = -margin
	}
	result := "you win"
	switch {
	case margin < 0:
		result = "you lose"
	case margin == 0:
		result = "a draw"
	}
	g := match.Game()
	_, err := fmt.Fprintf(c.App.Writer, "%s, %d to %d\n", result, max(g.EnemyScore, g.AgentScore), min(g.EnemyScore, g.AgentScore))
	return err
}
