// Package filelock locks a file for one holder at a time, until the file that Lock returns is closed.
// The kernel does so: a lock ends with its process, however that ends, and there is no stale one.
package filelock

import "errors"

// ErrHeld is the error of a file that somebody else has locked.
var ErrHeld = errors.New("lock is held")
