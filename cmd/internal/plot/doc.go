// Package plot draws what runs have measured: metrics.jsonl of run directories, as lines
// over decisions, time or updates, alone or merged over seeds.
//
// read.go reads, group.go says which runs are one line, curve.go makes its points,
// figure.go lays panels out, and write.go writes the picture. The same runs give the same
// bytes.
package plot
