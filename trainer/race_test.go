//go:build race

package trainer

// raced is whether the race detector runs, with which plain Go takes ten times as long.
const raced = true
