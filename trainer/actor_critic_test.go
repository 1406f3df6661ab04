package trainer

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pongpg/trainer/compute"
)

// TestAdvantages compares the advantages of random rewards, ends and values with their
// definition, Σ (γλ)ⁱ·δᵢ over the decisions that follow in the same point, and the targets with
// advantage plus value.
func TestAdvantages(t *testing.T) {
	const games, steps, outputs, seed = 9, 70, 3, 4
	for _, c := range []struct{ gamma, lambda float64 }{{0.99, 0.95}, {0.9, 1}, {1, 0}, {0, 0.5}} {
		random := rand.New(rand.NewPCG(seed, 0))
		r := &Rollout{Steps: steps, Games: games, Reward: make([]int8, steps*games), EpisodeEnd: make([]bool, steps*games)}
		r.host.advantage = make([]float32, steps*games)
		critic := &critic{
			z: compute.Tensor{Cols: outputs}, zHost: make([]float32, (steps+1)*games*outputs), goal: make([]float32, steps*games),
			residuals: make([]moments, games), returns: make([]moments, games),
		}
		for i := range critic.zHost {
			critic.zHost[i] = float32(random.NormFloat64())
		}
		for row := range r.Reward {
			switch n := random.IntN(30); {
			case n < 2:
				r.Reward[row], r.EpisodeEnd[row] = int8(2*n-1), random.IntN(3) == 0
			case n == 2:
				r.EpisodeEnd[row] = true
			}
		}
		value := func(step, g int) float64 { return float64(critic.zHost[(step*games+g)*outputs+outputs-1]) }
		for g := range games {
			critic.advantages(r, g, c.gamma, c.lambda)
			sum := 0.0
			for step := range steps {
				want, factor := 0.0, 1.0
				for s := step; s < steps && factor > 0; s++ {
					delta := float64(r.Reward[s*games+g]) - value(s, g)
					switch {
					case r.Reward[s*games+g] != 0:
						factor, want = 0, want+factor*delta
					case r.EpisodeEnd[s*games+g]:
						factor = 0
					default:
						want += factor * (delta + c.gamma*value(s+1, g))
						factor *= c.gamma * c.lambda
					}
				}
				row := step*games + g
				if got := float64(r.host.advantage[row]); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
					t.Fatalf("γ=%v λ=%v: the advantage of decision %d of game %d is %v, want %v", c.gamma, c.lambda, step, g, got, want)
				}
				if got, want := float64(critic.goal[row]), want+value(step, g); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
					t.Fatalf("γ=%v λ=%v: the target of decision %d of game %d is %v, want %v", c.gamma, c.lambda, step, g, got, want)
				}
				sum += want
			}
			if m := critic.residuals[g]; m.n != steps || math.Abs(m.sum-sum) > 1e-4 {
				t.Errorf("the moments of game %d's advantages are %+v, want a sum of %v", g, m, sum)
			}
		}
	}
}

// TestShuffled: the order of minibatches is a permutation, the same for the same pass, and
// every order comes about as often.
func TestShuffled(t *testing.T) {
	var c critic
	const passes = 1200
	count := map[[3]int]int{}
	for pass := range int64(passes) {
		for _, n := range []int{1, 2, 16} {
			order := slices.Clone(c.shuffled(9, pass, n))
			again := slices.Clone(c.shuffled(9, pass, n))
			if !slices.Equal(order, again) {
				t.Fatalf("pass %d: %v, then %v", pass, order, again)
			}
			slices.Sort(again)
			for i, v := range again {
				if v != i {
					t.Fatalf("pass %d: %v is not an order of %d", pass, order, n)
				}
			}
		}
		count[[3]int(c.shuffled(9, pass, 3))]++
	}
	for order, n := range count { // 200 expected, with a standard deviation of 12.9
		if n < 150 || n > 250 {
			t.Errorf("the order %v comes %d times in %d passes", order, n, passes)
		}
	}
	if len(count) != 6 {
		t.Errorf("%d orders of three, want 6", len(count))
	}
	first, next := slices.Clone(c.shuffled(9, 0, 16)), slices.Clone(c.shuffled(9, 1, 16))
	if slices.Equal(first, next) || slices.Equal(first, c.shuffled(10, 0, 16)) {
		t.Errorf("the order %v is that of another pass or seed too", first)
	}
}

// TestExplainedVariance: known values, by hand.
func TestExplainedVariance(t *testing.T) {
	of := func(values ...float64) (m moments) {
		for _, v := range values {
			m = m.with(v)
		}
		return m
	}
	for _, test := range []struct {
		residuals, returns moments
		want               float64
	}{
		{of(0.5, -0.5, 0.5, -0.5), of(1, 2, 3, 4), 0.8},
		{of(1, 2, 3, 4), of(1, 2, 3, 4), 0},
		{of(0, 0, 0, 0), of(1, 2, 3, 4), 1},
		{of(2, 4, 6, 8), of(1, 2, 3, 4), -3},
		{of(1, 2), of(5, 5), 0},
	} {
		if got := explainedVariance(test.residuals, test.returns); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%+v of %+v: %v, want %v", test.residuals, test.returns, got, test.want)
		}
	}
}
