package emu

import (
	"fmt"
	"strings"
)

// Preset is an environment of Gymnasium's Pong: how many frames a decision lasts,
// how sticky the controls are, and when an episode is cut off.
type Preset struct {
	Name             string
	SkipMin, SkipMax int     // frames of a decision, uniform in this range; 1…MaxSkip
	Sticky           float64 // probability, per frame, that the last executed action is repeated
	TimeLimit        int     // decisions after which an episode is truncated
}

// MaxSkip is the largest number of frames that a decision may last.
const MaxSkip = 4

// Presets are the environments that go by these names in Gym and Gymnasium. The
// first is the one of the 2016 post.
var Presets = []Preset{
	{"Pong-v0", 2, 4, 0.25, 10_000},
	{"Pong-v4", 2, 4, 0, 10_000},
	{"PongDeterministic-v4", 4, 4, 0, 10_000},
	{"PongNoFrameskip-v4", 1, 1, 0, 400_000},
	{"ALE/Pong-v5", 4, 4, 0.25, 27_000},
}

// PresetByName returns the preset with a name. The error names the choices.
func PresetByName(name string) (Preset, error) {
	names := make([]string, len(Presets))
	for i, p := range Presets {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	return Preset{}, fmt.Errorf("preset %q is not one of %s", name, strings.Join(names, ", "))
}

// check panics on a preset that cannot be played: a mistake of the program, as
// the user names presets and does not write them.
func (p Preset) check() {
	if p.SkipMin < 1 || p.SkipMax < p.SkipMin || p.SkipMax > MaxSkip || p.Sticky < 0 || p.Sticky > 1 || p.TimeLimit < 1 {
		panic(fmt.Sprintf("emu: impossible preset %+v", p))
	}
}
