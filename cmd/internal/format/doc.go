// Package format writes numbers, durations and tables for people to read. What
// programs read is JSON and CSV, and not made here.
package format
