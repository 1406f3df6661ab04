package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"pongpg/emu"
)

// traceFlags are the flags of trace.
type traceFlags struct {
	actions        string
	header, screen bool
}

func traceCommand() *cli.Command {
	var f traceFlags
	return &cli.Command{
		Name:  "trace",
		Usage: "play Pong frame by frame and print each, to compare with another Pong",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "actions", Destination: &f.actions, Usage: "file with an action of the Arcade Learning Environment a line: 0, 1, 3, 4, 11 or 12; '-' is standard input, answered line by line"},
			&cli.BoolFlag{Name: "header", Destination: &f.header, Usage: "name the columns in a first line"},
			&cli.BoolFlag{Name: "screen", Destination: &f.screen, Usage: "add a column: the CRC-32 of the whole picture, 210×160 pixels of red, green and blue (slow)"},
		},
		Action: func(c *cli.Context) error { return f.trace(c) },
	}
}

func (f *traceFlags) trace(c *cli.Context) error {
	if f.actions == "" {
		return usageErrorf("trace needs --actions: a file, or '-' for standard input")
	}
	in := io.Reader(os.Stdin)
	if f.actions != "-" {
		file, err := os.Open(f.actions)
		if err != nil {
			return fmt.Errorf("--actions: %w; name a file with an action a line, or '-' for standard input", err)
		}
		defer file.Close()
		in = file
	}
	out := bufio.NewWriterSize(c.App.Writer, 1<<16)
	if f.header {
		header := emu.TraceHeader
		if f.screen {
			header += "," + emu.TraceScreenHeader
		}
		out.WriteString(header + "\n")
	}
	return errors.Join(trace(in, out, f.screen), out.Flush())
}

// flushingReader flushes what has been written before it waits for more to read, so that
// whoever writes a line may wait for its answer.
type flushingReader struct {
	in  io.Reader
	out *bufio.Writer
}

func (r flushingReader) Read(p []byte) (int, error) {
	if err := r.out.Flush(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}

// trace answers each line of in, an action, by the row of the frame played with it, at
// whose end is the whole picture's CRC if screen is set.
func trace(in io.Reader, out *bufio.Writer, screen bool) error {
	lines := bufio.NewScanner(flushingReader{in, out})
	lines.Buffer(make([]byte, 1<<16), 1<<16)
	tracer := emu.NewTracer()
	var row []byte
	number := 0
	for lines.Scan() {
		number++
		action, err := parseAction(lines.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		frame := tracer.Step(action)
		row = frame.AppendTo(row[:0])
		if screen {
			row = strconv.AppendUint(append(row, ','), uint64(frame.ScreenCRC()), 10)
		}
		row = append(row, '\n')
		if _, err := out.Write(row); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w; write one action a line", number+1, err)
	}
	return nil
}

// parseAction parses a line. The numbers of actions have one digit or two.
func parseAction(line []byte) (emu.Action, error) {
	ale := 0
	for _, digit := range line {
		if digit < '0' || digit > '9' || len(line) > 2 {
			ale = -1
			break
		}
		ale = 10*ale + int(digit-'0')
	}
	if len(line) == 0 || ale < 0 {
		_, err := emu.ParseAction(-1)
		return 0, fmt.Errorf("%s is no action: %w", strconv.Quote(string(line[:min(len(line), 20)])), err)
	}
	return emu.ParseAction(ale)
}
