// Package terminal is a terminal as something to draw on: cells with colours, of which only
// those are written that have changed, and keys as they are pressed and, where the terminal
// says so, let go. It always leaves the terminal as it found it.
package terminal
