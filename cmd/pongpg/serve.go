package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/dashboard"
	"pongpg/cmd/internal/session"
	"pongpg/cmd/internal/status"
)

// httpUsage is what --http takes.
const httpUsage = "HOST:PORT; without HOST for this machine alone, 0.0.0.0 for others too, who then need the token that is printed"

// defaultAddress is where serve listens.
const defaultAddress = "localhost:8080"

func serveCommand() *cli.Command {
	address := defaultAddress
	return &cli.Command{
		Name:        "serve",
		Usage:       "show runs in a browser: curves, filters, the agent playing, and a game for you",
		UsageText:   "pongpg serve DIR… [--http ADDR]",
		Description: "DIR is a run's directory or a folder of them, also while they train; runs that begin later appear by themselves. Ctrl-C (SIGINT), SIGTERM or SIGHUP ends it.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "http", Destination: &address, Value: address, DefaultText: address, Usage: "the address: " + httpUsage},
		},
		Before: func(*cli.Context) error { return nil },
		Action: func(c *cli.Context) error { return serve(c, address) },
	}
}

func serve(c *cli.Context, address string) error {
	if !c.Args().Present() {
		return usageErrorf("serve needs DIR: a run's directory, or a folder of them, as runs")
	}
	if err := checkAddress(address); err != nil {
		return err
	}
	server, err := dashboard.Listen(address)
	if err != nil {
		return err
	}
	err = server.Show(dashboard.Options{
		Paths: c.Args().Slice(), Version: versionName(),
		Say: func(line string) { fmt.Fprintln(os.Stderr, "pongpg:", line) },
	})
	if err != nil {
		return errors.Join(err, server.Close())
	}
	giveWay()
	signals := watchSignals(func(string) {})
	defer signals.stop()
	fmt.Fprintf(c.App.Writer, "dashboard  %s\n", server.URL())
	return server.Serve(signals.ctx)
}

// checkAddress returns an error for an --http that can be no address.
func checkAddress(address string) error { return asUsage(dashboard.CheckAddress(address)) }

// openDashboard has a dashboard listen, if there is to be one, before the run is anything on disk.
func (f *trainFlags) openDashboard() (err error) {
	if f.http == "" || f.dashboard != nil {
		return nil
	}
	if f.dashboard, err = dashboard.Listen(f.http); err != nil {
		return fmt.Errorf("--http: %w", err)
	}
	return nil
}

// showTraining shows a run in the dashboard until the function that is returned is called.
func (f *trainFlags) showTraining(s *session.Session, shown status.Status) (end func(), err error) {
	if f.dashboard == nil {
		return func() {}, nil
	}
	say := func(line string) { shown.Say("pongpg: " + line) }
	err = f.dashboard.Show(dashboard.Options{Paths: []string{s.Dir.Dir()}, Version: versionName(), Say: say, Live: &dashboard.Live{
		Dir: s.Dir.Dir(), Flush: s.Dir.Metrics().Flush, Device: func() string { return f.on.Load().(string) },
	}})
	if err != nil {
		return nil, errors.Join(err, f.dashboard.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := f.dashboard.Serve(ctx); err != nil {
			say(oneLine(err) + "; the run goes on without it")
		}
	}()
	return func() {
		cancel()
		<-done
	}, nil
}
