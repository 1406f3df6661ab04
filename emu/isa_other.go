//go:build !amd64

package emu

// levels lists what this machine can run: there is no vector form for it.
func levels() []isa { return []isa{plain} }

func (v *Vector) advanceLanes(lo, hi int, actions []Action, s Step) (done int, ended bool) {
	return 0, false
}
