package trainer

import (
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

// TestDiscountRollout compares the returns of a rollout of random rewards and ends with
// the definition.
func TestDiscountRollout(t *testing.T) {
	const games, steps, gamma, seed = 70, 200, 0.97, 5
	b := newCPU(t, cpu.Options{Workers: 1})
	preset, _ := emu.PresetByName("Pong-v0")
	policy, err := NewPolicy(b, 2, 16)
	if err != nil {
		t.Fatal(err)
	}
	r := newRollout(b, policy, emu.NewVector(games, preset, seed, 0), seed, steps)
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range r.Reward {
		switch n := random.IntN(60); {
		case n < 2:
			r.Reward[i] = int8(2*n - 1)
		case n == 2:
			r.EpisodeEnd[i] = true
		}
		if r.Reward[i] != 0 && random.IntN(5) == 0 {
			r.EpisodeEnd[i] = true
		}
	}
	var returns moments
	for i := range r.tiles {
		r.discount(&r.tiles[i], gamma)
		returns = returns.plus(r.tiles[i].returns)
	}
	known := 0
	for g := range games {
		var reward []int8
		var end []bool
		for s := range steps {
			reward, end = append(reward, r.Reward[s*games+g]), append(end, r.EpisodeEnd[s*games+g])
		}
		for s := range steps {
			want, ok := returnOf(reward, end, s, gamma)
			row := s*games + g
			if r.Known[row] != ok || math.Abs(float64(r.host.advantage[row])-want) > 1e-6 {
				t.Fatalf("game %d step %d: return %v (known: %v), want %v (%v)", g, s, r.host.advantage[row], r.Known[row], want, ok)
			}
			if ok {
				known++
			}
		}
	}
	if returns.n != known || known == 0 || known == games*steps {
		t.Errorf("%d of %d returns are known, the moments count %d", known, games*steps, returns.n)
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
		if same != nil && (same[0] != 0 || same[1] != 0 || same[2] != 0) {
			t.Errorf("returns that are all %v became %v, want zeros", constant, same)
		}
	}
}
