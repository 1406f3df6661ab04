package main

// outputGone reports false: Windows has no signal that tells it.
func outputGone() bool { return false }
