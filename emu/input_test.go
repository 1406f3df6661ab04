package emu_test

import (
	"math/rand/v2"
	"testing"

	"pongpg/emu"
)

// TestBoth: the second image of an observation of both is the difference that a vector of the
// same games shows, the first is what is on the screen, also after a Restore.
func TestBoth(t *testing.T) {
	const games, steps = 37, 400
	preset, err := emu.PresetByName("Pong-v0")
	if err != nil {
		t.Fatal(err)
	}
	plain, both := emu.NewVector(games, preset, 3, 0), emu.NewVector(games, preset, 3, 0)
	both.SetInput(emu.Both)
	random := rand.New(rand.NewPCG(1, 2))
	actions := make([]emu.Action, games)
	a, b := emu.NewStep(games), emu.NewStep(games)
	for i := range games {
		plain.FirstObservation(a.Observation[i*emu.ObservationWidth:], i)
		both.FirstObservation(b.Observation[i*emu.ObservationWidth:], i)
	}
	ends := 0
	for step := range steps * 8 {
		if step%8 == 0 || step > steps*8-40 {
			for i := range games {
				sameObservation(t, a.Observation, b.Observation, i, both.Game(i))
			}
		}
		for i := range actions {
			actions[i] = emu.MinimalActions[random.IntN(6)]
		}
		ends += len(plain.StepRange(0, games, actions, a, nil))
		both.StepRange(0, games, actions, b, nil)
		if step == steps {
			again := emu.NewVector(games, preset, 5, 0)
			again.SetInput(emu.Both)
			if err := again.Restore(both.Snapshot()); err != nil {
				t.Fatal(err)
			}
			// The seed is not in the snapshot: what is to come is drawn from the old one's.
			if err := both.Restore(again.Snapshot()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ends == 0 {
		t.Error("no episode ended")
	}
}

// sameObservation compares game i's observation of both images with its difference and
// with its picture.
func sameObservation(t *testing.T, difference, both []uint16, i int, game emu.Game) {
	t.Helper()
	row := func(x []uint16) []uint16 { return x[i*emu.ObservationWidth:][:emu.ObservationWidth] }
	var want, got [2 * emu.ImagePixels]int8
	for _, e := range emu.Difference.AppendPixels(nil, row(difference)) {
		want[emu.ImagePixels+int(e>>1)] = 1 - 2*int8(e&1)
	}
	var drawn [emu.ImagePixels]uint8
	game.Picture().Draw(drawn[:])
	for p, v := range drawn {
		want[p] = int8(v)
	}
	for _, e := range emu.Both.AppendPixels(nil, row(both)) {
		got[e>>1] = 1 - 2*int8(e&1)
	}
	if got != want {
		t.Fatalf("game %d: the observation %d shows something else than the game %+v and the difference %d", i, row(both), game, row(difference))
	}
}
