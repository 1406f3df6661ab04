package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// value is the value of a flag, for cli.GenericFlag: parsed by a function whose error
// ends in what to write instead, and handed to another.
type value[T any] struct {
	text  string
	parse func(string) (T, error)
	put   func(T)
}

func (v *value[T]) String() string { return v.text }

// Set implements cli.Generic.
func (v *value[T]) Set(text string) error {
	x, err := v.parse(text)
	if err != nil {
		return err
	}
	v.text = text
	v.put(x)
	return nil
}

// into returns the value of a flag that is stored at p.
func into[T any](p *T, parse func(string) (T, error)) cli.Generic {
	return &value[T]{parse: parse, put: func(x T) { *p = x }}
}

var (
	errNotWhole    = errors.New("not a whole number; write it as 50000, 50_000 or 5e4")
	errNotNatural  = errors.New("not a whole number from 0 to 9223372036854775807")
	errNotNumber   = errors.New("not a number; write it as 0.001 or 1e-3")
	errNotSpeed    = errors.New("not a speed; it must be 1/8, 1/4, 1/2, 1, 2, 4, 8 or 16")
	errNotDuration = errors.New("not a time; write it as 90s, 10m or 1h30m")
)

// parseWhole parses a whole number; 3e8 is one too.
func parseWhole(text string) (int64, error) {
	if n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64); err == nil {
		return n, nil
	}
	const exact = 1 << 53 // beyond, a float64 may not be the number that was written
	x, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil || x != math.Trunc(x) || math.Abs(x) > exact {
		return 0, errNotWhole
	}
	return int64(x), nil
}

// parseNatural parses a whole number that is not negative.
func parseNatural(text string) (uint64, error) {
	n, err := strconv.ParseUint(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil {
		return 0, errNotNatural
	}
	return n, nil
}

// parseNumber parses a number, which may be NaN or infinite.
func parseNumber(text string) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, errNotNumber
	}
	return x, nil
}

// parseSpeed parses a number, or one of 1/2, 1/4 and 1/8.
func parseSpeed(text string) (float64, error) {
	if part, ok := map[string]float64{"1/2": 0.5, "1/4": 0.25, "1/8": 0.125}[text]; ok {
		return part, nil
	}
	x, err := parseNumber(text)
	if err != nil {
		return 0, errNotSpeed
	}
	return x, nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errNotDuration
	}
	return d, nil
}
