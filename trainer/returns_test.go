package trainer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pongpg/emu"
	"pongpg/trainer/compute/cpu"
)

// returnOf is the definition: the reward of the decision's point, which is the first
// reward from it on, discounted by gamma for each decision between; known is false if
// the episode or the data end before.
func returnOf(reward []int8, end []bool, t int, gamma float64) (r float64, known bool) {
	for s := t; s < len(reward); s++ {
		if reward[s] != 0 {
			return float64(reward[s]) * math.Pow(gamma, float64(s-t)), true
		}
		if end[s] {
			return 0, false
		}
	}
	return 0, false
}

func TestDiscountEpisode(t *testing.T) {
	const gamma = 0.9
	reward := []int8{0, 0, 1, 0, -1, -1, 0, 0}
	got := make([]float32, len(reward))
	m := discountEpisode(got, reward, gamma)
	sum, squares := 0.0, 0.0
	for i := range reward {
		want, _ := returnOf(reward, make([]bool, len(reward)), i, gamma)
		if math.Abs(float64(got[i])-want) > 1e-7 {
			t.Errorf("return %d is %v, want %v", i, got[i], want)
		}
		sum += want
		squares += want * want
	}
	if m.n != len(reward) || math.Abs(m.sum-sum) > 1e-12 || math.Abs(m.squares-squares) > 1e-12 {
		t.Errorf("moments %+v, want %d, %v, %v", m, len(reward), sum, squares)
	}
}

// TestDiscountRollout compares the returns of rollouts of random rewards and ends with
// the definition, applied to all that each game has ever done: a decision's return is
// learned from once, in the rollout in which its point ends, or not at all if
// the episode is cut off or the reward is beyond the horizon.
func TestDiscountRollout(t *testing.T) {
	for _, c := range []struct {
		steps int
		gamma float64
	}{{50, 0.9}, {51, 0.9}, {52, 0.9}, {120, 0.9}, {1, 0.9}, {7, 0.9}, {30, 0}, {30, 1}} {
		t.Run(fmt.Sprintf("%d steps/γ=%v", c.steps, c.gamma), func(t *testing.T) { testDiscountRollout(t, c.steps, c.gamma) })
	}
}

func testDiscountRollout(t *testing.T, steps int, gamma float64) {
	const games, rollouts, seed = 70, 12, 5
	b := newCPU(t, cpu.Options{Workers: 1})
	preset, _ := emu.PresetByName("Pong-v0")
	policy, err := NewPolicy(b, &Config{Actions: 2, Hidden: 16, Input: "difference"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRollout(b, policy, emu.NewVector(games, preset, seed, 0), seed, steps, horizon(gamma))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	type decision struct {
		x      uint16
		action uint8
	}
	var reward [games][]int8
	var end [games][]bool
	var made [games][]decision
	var learned [games]map[int]float64
	for g := range games {
		learned[g] = map[int]float64{}
	}
	note := func(g, at int, h hostBatch, want decision) {
		if h.x[0] != want.x || h.action[0] != want.action {
			t.Fatalf("game %d decision %d: carried as %v %v, want %v", g, at, h.x[0], h.action[0], want)
		}
		if _, twice := learned[g][at]; twice {
			t.Fatalf("game %d decision %d has a return twice", g, at)
		}
		learned[g][at] = float64(h.advantage[0])
	}
	for range rollouts {
		for row := range r.Live() {
			r.Reward[row], r.EpisodeEnd[row] = 0, false
			switch n := random.IntN(80); {
			case n < 2:
				r.Reward[row], r.EpisodeEnd[row] = int8(2*n-1), random.IntN(5) == 0
			case n == 2:
				r.EpisodeEnd[row] = true
			}
			g := row % games
			d := decision{uint16(random.IntN(emu.Codes)), uint8(random.IntN(2))}
			r.host.x[row*emu.ObservationWidth], r.host.action[row] = d.x, d.action
			reward[g], end[g] = append(reward[g], r.Reward[row]), append(end[g], r.EpisodeEnd[row])
			made[g] = append(made[g], d)
		}
		at := r.Live()
		for i := range r.tiles {
			tile := &r.tiles[i]
			r.discount(tile, gamma)
			tile.carried, tile.from = r.countCarried(tile), at
			r.carry(tile, gamma, 0)
			at += tile.carried
			count := 0
			for row := range r.Live() {
				if g := row % games; r.Known[row] && g >= tile.player.lo && g < tile.player.hi {
					count++
				}
			}
			counted := 0
			for _, m := range r.returns[tile.player.lo:tile.player.hi] {
				counted += m.n
			}
			if counted != count+tile.carried {
				t.Fatalf("%d returns are counted, want %d live and %d carried", counted, count, tile.carried)
			}
		}
		at = r.Live()
		for g := range games {
			before := len(made[g]) - steps
			for s := range steps {
				if row := s*games + g; r.Known[row] {
					note(g, before+s, r.host.slice(row, row+1), made[g][before+s])
				} else if r.host.advantage[row] != 0 {
					t.Fatalf("an unknown return is %v", r.host.advantage[row])
				}
			}
			n := int(r.carriedOf[g])
			for i := range n {
				note(g, before-n+i, r.host.slice(at, at+1), made[g][before-n+i])
				at++
			}
		}
	}
	for g := range games {
		for d := range made[g] {
			want, known := returnOf(reward[g], end[g], d, gamma)
			got, ok := learned[g][d]
			switch {
			case ok && (!known || math.Abs(got-want) > 1e-6):
				t.Fatalf("game %d decision %d: return %v, want %v (known: %v)", g, d, got, want, known)
			case !ok && known && math.Abs(want) > 0.005:
				t.Fatalf("game %d decision %d: no return, want %v", g, d, want)
			}
		}
	}
}

func TestStandardize(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	x, known := make([]float32, 1000), make([]bool, 1000)
	var m moments
	for i := range x {
		x[i], known[i] = float32(5+3*random.NormFloat64()), i%3 != 0
		if known[i] {
			m = m.with(float64(x[i]))
		}
	}
	unknown := x[0]
	standardize(x, known, m)
	var after moments
	for i := range x {
		if known[i] {
			after = after.with(float64(x[i]))
		}
	}
	if mean, std := after.meanStd(); math.Abs(mean) > 1e-6 || math.Abs(std-1) > 1e-6 {
		t.Errorf("mean %v and standard deviation %v, want 0 and 1", mean, std)
	}
	if x[0] != unknown {
		t.Errorf("an unknown return became %v from %v", x[0], unknown)
	}
	for _, constant := range []float32{0, -0.3, 1e-20, 7e8} {
		same := []float32{constant, constant, constant}
		var m moments
		for _, v := range same {
			m = m.with(float64(v))
		}
		standardize(same, nil, m)
		if same[0] != 0 || same[1] != 0 || same[2] != 0 {
			t.Errorf("returns that are all %v became %v, want zeros", constant, same)
		}
	}
}
