// Package canvas is pictures of a game in memory: what a terminal and a film show alike.
package canvas
