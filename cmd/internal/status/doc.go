// Package status shows how a run goes while it goes: one line that is written over
// and over on a terminal, a plain line every few seconds elsewhere.
package status
