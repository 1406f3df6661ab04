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

// interrupt turns the first SIGINT, SIGTERM or SIGHUP into a request to stop, and another SIGINT or SIGTERM
// into the end of the process. A SIGHUP that the process was begun to ignore, as by nohup, stays ignored; it
// is no second request, as a shell and the kernel both send one when a terminal is closed.
type interrupt struct {
	ctx      context.Context
	signals  chan os.Signal
	pipes    chan os.Signal // SIGPIPE
	received atomic.Value   // syscall.Signal
}

// watchSignals calls requested (from another goroutine) when it is asked to stop.
func watchSignals(requested func(name string)) *interrupt {
	i := &interrupt{signals: make(chan os.Signal, 2), pipes: make(chan os.Signal, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	i.ctx = ctx
	signal.Notify(i.signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(i.signals, syscall.SIGHUP)
	}
	go func() {
		defer cancel()
		var first time.Time
		for {
			s, ok := i.next()
			switch {
			case !ok:
				return
			case first.IsZero():
				first = time.Now()
				i.received.Store(s)
				cancel()
				requested(signalName(s))
			case (s == syscall.SIGINT || s == syscall.SIGTERM) && time.Since(first) > atOnce:
				checkpoint.RemoveUnfinished()
				film.RemoveUnfinished()
				os.Exit(signalStatus(s))
			}
		}
	}()
	return i
}

// next waits for a signal, or returns false after stop.
func (i *interrupt) next() (syscall.Signal, bool) {
	for {
		select {
		case s, ok := <-i.signals:
			if s, is := s.(syscall.Signal); is || !ok {
				return s, ok
			}
		case <-i.pipes:
			if outputGone() { // and not a connection
				return syscall.SIGPIPE, true
			}
		}
	}
}

// watchSaving is watchSignals for what saves before it stops. That nobody reads its output any more is a
// request to stop, too: Ctrl-C ends tee as well in "pongpg train | tee log". From then on what is written
// is lost, and the process lives, until its end.
func watchSaving(requested func(name string)) *interrupt {
	i := watchSignals(requested)
	signal.Notify(i.pipes, syscall.SIGPIPE)
	return i
}

// stop ends the watch: SIGINT, SIGTERM and SIGHUP do what they do by themselves again.
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
	switch s {
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGHUP:
		return "SIGHUP"
	case syscall.SIGPIPE:
		return "SIGPIPE"
	}
	return "SIGINT"
}
