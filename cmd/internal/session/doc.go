// Package session opens runs for the train command: a new one in a directory of its
// own, or one that was stopped, with the limits that it was started under.
package session
