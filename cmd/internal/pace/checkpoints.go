package pace

import "time"

// Checkpoints says which of a run's checkpoints to read: all, or as much fewer as frames are shown, but one
// of rarest at least. Those are read when they are new, as who trains still has them in memory then.
type Checkpoints struct {
	newest string    // when Due was last called
	read   string    // the last that was to be read
	at     time.Time // then
}

// rarest is the fewest checkpoints that are read: one of so many.
const rarest = 4

// Due reports whether the newest checkpoint is to be read now, where one of so many frames is shown. It is
// to be asked every second or so, and true once for each that is to be read; the last one is in the end.
func (c *Checkpoints) Due(newest string, every int, now time.Time) bool {
	fresh := newest != c.newest
	c.newest = newest
	if newest == c.read {
		return false
	}
	if every > 1 && c.read != "" {
		apart := time.Duration(min(every, rarest)) * window
		if long := now.Sub(c.at); long < apart-window/2 || !fresh && long < 2*apart {
			return false
		}
	}
	c.read, c.at = newest, now
	return true
}
