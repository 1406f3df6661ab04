//go:build race

package emu_test

// raceDetector says that everything takes ten times as long.
const raceDetector = true
