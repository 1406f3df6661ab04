package emu_test

import (
	"math"
	"slices"
	"testing"

	"pongpg/emu"
)

// TestSnapshotGoesOn restores a snapshot to another vector, which plays on as the
// first does.
func TestSnapshotGoesOn(t *testing.T) {
	emu.EachLevel(t, func(t *testing.T) {
		const games = 50
		preset := emu.Presets[0]
		preset.TimeLimit = 400
		v := emu.NewVector(games, preset, 4, 0)
		histories(v, 333, anyAction)
		snapshot := v.Snapshot()
		w := emu.NewVector(games, preset, 4, 1000)
		histories(w, 17, upDown)
		if err := w.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		compareSnapshots(t, games, w.Snapshot(), snapshot)
		if a, b := histories(v, 333, anyAction), histories(w, 333, anyAction); !slices.Equal(a, b) {
			t.Error("the restored games went on in another way")
		}
		compareSnapshots(t, games, w.Snapshot(), v.Snapshot())
	})
}

// TestRestoreRejects changes one number of a snapshot at a time to what no game could
// have: an error, and nothing changes.
func TestRestoreRejects(t *testing.T) {
	const games = 20
	v := emu.NewVector(games, emu.Presets[0], 4, 0)
	histories(v, 100, anyAction)
	good := v.Snapshot()
	reject := func(what string, snapshot []int32) {
		t.Helper()
		if err := v.Restore(snapshot); err == nil {
			t.Errorf("%s: no error", what)
		}
		compareSnapshots(t, games, v.Snapshot(), good)
	}
	reject("nothing", nil)
	reject("one number less", good[1:])
	reject("one number more", append(slices.Clone(good), 0))
	reject("as of other games", append(slices.Clone(good), good...))
	const variables = emu.SnapshotFields - 2 // streams and ticks can be anything
	for variable := range variables {
		for _, value := range []int32{math.MinInt32, -9, 1<<30 + 1, math.MaxInt32} {
			bad := slices.Clone(good)
			bad[variable*games+7] = value
			reject("variable "+string(rune('a'+variable)), bad)
		}
	}
	executed, enemyScore := 13, 11
	for _, c := range []struct {
		variable int
		value    int32
	}{{executed, 2}, {executed, 5}, {executed, 13}, {enemyScore, 21}, {15, 1}, {16, 1}, {17, 1}} {
		bad := slices.Clone(good)
		bad[c.variable*games] = c.value
		reject("a value between", bad)
	}
}

// FuzzRestore restores whatever it is given: an error, or games that can be played,
// the same with every instruction set.
func FuzzRestore(f *testing.F) {
	const games = 17
	preset := emu.Preset{Name: "fuzz", SkipMin: 1, SkipMax: 4, Sticky: 0.25, TimeLimit: 50}
	v := emu.NewVector(games, preset, 4, 0)
	f.Add([]byte{}, uint8(0))
	f.Add([]byte{0, 0, 1, 5, 200, 3, 4, 5, 40, 40, 100, 38, 20, 20, 12, 0, 0, 0}, uint8(3))
	f.Fuzz(func(t *testing.T, bytes []byte, decisions uint8) {
		snapshot := v.Snapshot()
		for i, b := range bytes {
			// A byte moves a variable of a game to a place between its extremes.
			snapshot[i*7%(emu.SnapshotFields*games)] += int32(int8(b)) << (i % 3 * 6)
		}
		emu.CompareLevels(t, games, func() ([]int32, error) {
			w := emu.NewVector(games, preset, 4, 0)
			if err := w.Restore(snapshot); err != nil {
				return nil, err
			}
			s, actions := emu.NewStep(games), make([]emu.Action, games)
			for d := range uint32(decisions) {
				for i := range actions {
					actions[i] = emu.MinimalActions[random(uint32(i), d)%6]
				}
				w.StepRange(0, games, actions, s, nil)
				for _, e := range s.Observation {
					if e != emu.EndOfRow && int(e>>1) >= emu.Codes {
						t.Fatalf("entry %d is not a code's", e)
					}
				}
			}
			return w.Snapshot(), nil
		})
	})
}
