package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"pongpg/cmd/internal/film"
	"pongpg/trainer/checkpoint"
)

// atOnce is within which several signals are one request: a terminal, or timeout, may send one to the
// process and to its group.
const atOnce = 100 * time.Millisecond

// interrupt turns the first SIGINT or SIGTERM into a request to stop, and the second
// into the end of the process.
type interrupt struct {
	ctx      context.Context
	signals  chan os.Signal
	received atomic.Value // syscall.Signal
}

// watchSignals calls requested (from another goroutine) when it is asked to stop.
func watchSignals(requested func(name string)) *interrupt {
	i := &interrupt{signals: make(chan os.Signal, 2)}
	ctx, cancel := context.WithCancel(context.Background())
	i.ctx = ctx
	signal.Notify(i.signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer cancel()
		s, ok := (<-i.signals).(syscall.Signal)
		if !ok {
			return
		}
		first := time.Now()
		i.received.Store(s)
		cancel()
		requested(signalName(s))
		for s := range i.signals {
			if s, ok := s.(syscall.Signal); ok && time.Since(first) > atOnce {
				checkpoint.RemoveUnfinished()
				film.RemoveUnfinished()
				os.Exit(signalStatus(s))
			}
		}
	}()
	return i
}

// stop ends the watch: signals do what they do by themselves again.
func (i *interrupt) stop() {
	signal.Stop(i.signals)
	close(i.signals)
}

// by returns the signal that asked to stop, if any did.
func (i *interrupt) by() (syscall.Signal, bool) {
	s, ok := i.received.Load().(syscall.Signal)
	return s, ok
}

func signalStatus(s syscall.Signal) int { return 128 + int(s) }

func signalName(s syscall.Signal) string {
	if s == syscall.SIGTERM {
		return "SIGTERM"
	}
	return "SIGINT"
}
