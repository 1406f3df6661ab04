// Package arena is where a policy is looked at while it plays, or played against: the match
// frame by frame, what is shown of it, and the keys.
package arena
