// Package bench measures how fast training and each of its stages are on this machine.
package bench
