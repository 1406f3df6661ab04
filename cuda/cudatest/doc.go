// Package cudatest opens devices for tests: the simulated one, on every machine, and a
// real one where there is one.
package cudatest
