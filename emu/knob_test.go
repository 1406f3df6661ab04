package emu

import "testing"

// TestKnob reads every resistance that the knob can have, with each instruction
// set, by playing the frame that reads it.
func TestKnob(t *testing.T) {
	EachLevel(t, func(t *testing.T) {
		const games = 16_000
		v := NewVector(games, Preset{Name: "frame", SkipMin: 1, SkipMax: 1, TimeLimit: 1 << 30}, 1, 0)
		s, actions := NewStep(games), make([]Action, games) // Noop leaves the knob alone
		for first := int32(knobMin); first <= knobMax; first += games {
			for i := range games {
				b, lane := v.lane(i)
				b[fieldFrame][lane] = resetFrame
				b[fieldKnob][lane] = min(first+int32(i), knobMax)
			}
			v.StepRange(0, games, actions, s, nil)
			for i := range games {
				ohms := min(first+int32(i), knobMax)
				// The console's machine cycles, 1.6·ohms·0.01 µF·1.19 MHz, in floating point.
				cycles := int32(1.6 * float64(ohms) * 0.01e-6 * 1.19e6)
				want := max(38, 2*((cycles+440+151)/152))
				if got := v.Game(i).KnobTarget; got != want {
					t.Fatalf("%d ohms are read as %d, want %d", ohms, got, want)
				}
			}
		}
	})
}
