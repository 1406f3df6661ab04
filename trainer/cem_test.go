package trainer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pongpg/trainer/compute/cpu"
)

// TestGuessesMove compares the mean and the deviation of the next guesses with those of the
// elite, and the deviation with what is added to it less and less.
func TestGuessesMove(t *testing.T) {
	const population, elite, seed = 40, 7, 2
	c := mustRecipe("cem")
	c.Population, c.Elite, c.Noise, c.NoiseUpdates = population, elite, 3, 10
	for update, added := range map[int64]float64{0: 2.7, 4: 1.5, 8: 0.3, 9: 0, 30: 0} {
		random := rand.New(rand.NewPCG(seed, uint64(update)))
		g := &guesser{}
		for i := range population {
			p := guess{mean: random.NormFloat64()}
			for f := range p.theta {
				p.theta[f] = float32(10 * random.NormFloat64())
			}
			g.players = append(g.players, p)
			g.order = append(g.order, i)
		}
		slices.SortFunc(g.order, func(i, j int) int {
			if g.players[i].mean > g.players[j].mean {
				return -1
			}
			return 1
		})
		worst := g.players[g.order[elite-1]].mean
		g.move(&c, update)
		best := 0.0
		for f := range guessNumbers {
			var m moments
			best = 0
			for i := range g.players {
				if p := &g.players[i]; p.mean >= worst {
					m = m.with(float64(p.theta[f]))
					best += p.mean / elite
				}
			}
			mean, std := m.meanStd()
			want := math.Sqrt(std*std + added*added)
			if math.Abs(float64(g.mean[f])-mean) > 1e-5 || math.Abs(float64(g.std[f])-want) > 1e-5 {
				t.Errorf("update %d, number %d: mean %v and deviation %v, want %v and %v", update, f, g.mean[f], g.std[f], mean, want)
			}
		}
		if math.Abs(g.best-best) > 1e-12 {
			t.Errorf("update %d: the elite's return is %v, want %v", update, g.best, best)
		}
	}
}

// TestGuesses: guesses and what they bring are the same on any number of workers, others in
// each update, spread as they should be; and all play the same episodes.
func TestGuesses(t *testing.T) {
	c := small(t, "cem", 3)
	of := func(workers int) (text string, first, second [guessNumbers]float32) {
		trainer := newTrainer(t, c, cpu.Options{Workers: workers})
		for update := range 2 {
			updates(t, trainer, 1)
			for i := range trainer.guesser.players {
				p := &trainer.guesser.players[i]
				text += fmt.Sprintln(p.theta, p.mean, p.episodes)
				if i == 0 && update == 0 {
					first = p.theta
				} else if i == 0 {
					second = p.theta
				}
			}
		}
		return text, first, second
	}
	want, first, second := of(1)
	if first == second {
		t.Errorf("both updates guess %v", first)
	}
	for _, workers := range []int{2, 3} {
		if got, _, _ := of(workers); got != want {
			t.Errorf("%d workers:\n%s\nwith one\n%s", workers, got, want)
		}
	}

	c.Population, c.Elite, c.BatchEpisodes, c.Envs = 60, 10, 1, 1
	trainer := newTrainer(t, c, cpu.Options{Workers: 2})
	updates(t, trainer, 1)
	var m moments
	for i := range trainer.guesser.players {
		for _, v := range trainer.guesser.players[i].theta {
			m = m.with(float64(v))
		}
	}
	// 540 numbers: standard errors of 0.34 and 0.24.
	if mean, std := m.meanStd(); math.Abs(mean) > 1.4 || math.Abs(std-c.Noise) > 1 {
		t.Errorf("guesses have mean %v and deviation %v, want 0 and %v", mean, std, c.Noise)
	}

	trainer = newTrainer(t, c, cpu.Options{Workers: 2})
	clear(trainer.guesser.std[:]) // all alike
	trainer.guesser.mean = [guessNumbers]float32{1: 5, 6: -5, 8: 0.1}
	updates(t, trainer, 1)
	one := fmt.Sprint(trainer.guesser.players[0].episodes)
	for i := range trainer.guesser.players {
		if got := fmt.Sprint(trainer.guesser.players[i].episodes); got != one {
			t.Errorf("guess %d, which is guess 0, played %v, that %v", i, got, one)
		}
	}
}
