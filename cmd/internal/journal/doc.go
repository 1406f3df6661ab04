// Package journal keeps what other programs read of a run, in its directory beside
// metrics.jsonl: metrics.csv, for tables, and a file of events for TensorBoard.
//
// Both are made of metrics.jsonl, which is the one that counts: whenever a run is opened they
// are made again of it, as far as it goes, and then follow it. So whatever happened to the run, and
// to them, they show it once and as it was. What cannot be made again, the histograms and images of
// checkpoints that are gone, is taken over from the events of before.
package journal
