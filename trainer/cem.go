package trainer

import (
	"cmp"
	"math"
	"slices"

	"pongpg/emu"
	"pongpg/emu/philox"
	"pongpg/trainer/compute"
)

// guesser is the cross-entropy method (Rubinstein 1999; for policies with shrinking noise
// Szita & Lőrincz 2006): the baseline that the post would try first, "guess and check". A policy of few
// numbers is guessed many times, each guess plays some episodes, and the next guesses are
// drawn around the best ones. There is no gradient.
//
// The policy is nine numbers: where to go is linear in eight features of the two images, which
// are sums over their pixels (guessFeature), s = Σ θ·feature, and the ninth is how much it takes:
// the logits are max(0, s) for up, max(0, −s) for down, and θ₉ for staying. As a network that is three hidden
// units: W1's rows are ±Σ θ·(the feature's weight of each pixel), and the feature that is 1 while
// a paddle is there.
type guesser struct {
	mean, std [guessNumbers]float32 // of the guesses to come

	players []guess
	order   []int
	best    float64 // mean return of the elite, of the last update
}

// guess is one of a population: a policy and who plays it.
type guess struct {
	theta    [guessNumbers]float32
	policy   *Policy
	player   *episodePlayer
	episodes []EpisodeRecord
	mean     float64 // return
}

const (
	guessFeatures = 8
	guessNumbers  = guessFeatures + 1
	guessedHidden = 3 // units
)

// guessFeature returns feature f's weight of a pixel of an observation of both images. Rows
// and columns are counted from the middle of the image, in halves of it. The agent's paddle, of
// 16 pixels, is what is in its two columns; the ball, of 2, is what is right of the opponent's
// paddle and left of the agent's.
//
//	0 there is a ball, 1 its row, 2 its column, 3 its motion down, 4 its motion to the right,
//	5 there is a paddle, 6 its row, 7 its motion down
//
// A motion is the row (or column) in the difference.
func guessFeature(f, pixel int) float32 {
	const firstField, paddle, middle = 10, 70, emu.ImageSize / 2
	image, row, column := pixel/emu.ImagePixels, pixel%emu.ImagePixels/emu.ImageSize, pixel%emu.ImageSize
	down, right := float32(row-middle)/middle, float32(column-middle)/middle
	ball := column >= firstField && column < paddle
	agent := column == paddle || column == paddle+1
	of := func(is bool, in int, v float32) float32 {
		if !is || image != in {
			return 0
		}
		return v
	}
	switch f {
	case 0:
		return of(ball, 0, 1./2)
	case 1:
		return of(ball, 0, down/2)
	case 2:
		return of(ball, 0, right/2)
	case 3:
		return of(ball, 1, down/2)
	case 4:
		return of(ball, 1, right/2)
	case 5:
		return of(agent, 0, 1./16)
	case 6:
		return of(agent, 0, down/16)
	default:
		return of(agent, 1, down/16)
	}
}

// guessedWeights returns the three rows of the post's W1 that a guess is.
func guessedWeights(theta *[guessNumbers]float32) []float32 {
	pixels := emu.Both.Pixels()
	w := make([]float32, guessedHidden*pixels)
	for pixel := range pixels {
		for f := range guessFeatures {
			w[pixel] += float32(theta[f] * guessFeature(f, pixel))
		}
		w[pixels+pixel] = -w[pixel]
		w[2*pixels+pixel] = guessFeature(5, pixel)
	}
	return w
}

// setGuess makes a policy that of a guess.
func setGuess(b compute.Backend, p *Policy, theta *[guessNumbers]float32) {
	net := p.net.(*mlp)
	list := net.parameters()
	list[0].pad(b, net.W1, guessedWeights(theta))
	last := theta[guessFeatures]
	list[1].pad(b, net.W2, []float32{
		0, 0, last, // stay
		1, 0, 0, // up
		0, 1, 0, // down
	})
	p.Refresh(b)
}

func newGuesser(b compute.Backend, c *Config, preset emu.Preset, base *Policy) *guesser {
	g := &guesser{}
	for i := range g.std {
		g.std[i] = float32(c.Noise)
	}
	for range c.Population {
		policy := *base
		policy.net = base.net.(*mlp).twin(b)
		policy.run = policy.net.newRunner(b, runRows)
		g.players = append(g.players, guess{
			policy:   &policy,
			player:   newEpisodePlayer(b, &policy, preset, c.Seed, c.BatchEpisodes, false, false),
			episodes: make([]EpisodeRecord, c.BatchEpisodes),
		})
	}
	return g
}

// twin returns a network of the same shape with weights of its own.
func (m *mlp) twin(b compute.Backend) *mlp {
	like := func(x compute.Tensor) compute.Tensor { return compute.New[float32](b, x.Rows, x.Cols) }
	other := *m
	other.W1, other.W2, other.Table = like(m.W1), like(m.W2), like(m.Table)
	return &other
}

// guess plays a population, and moves the mean and the deviation of the guesses to those
// of its elite. All guesses play the same episodes. It returns the number of decisions.
func (t *Trainer) guess() (decisions int) {
	g, b, c := t.guesser, t.backend, &t.config
	normals := normalSource{seed: c.Seed, stream: uint32(t.update), purpose: philox.PurposeGuess}
	for i := range g.players {
		p := &g.players[i]
		for f := range p.theta {
			p.theta[f] = g.mean[f] + float32(g.std[f]*normals.next())
		}
		setGuess(b, p.policy, &p.theta)
	}
	if b.Sync() != nil {
		return 0
	}
	inParallel(t.workers, len(g.players), func(_, i int) {
		p := &g.players[i]
		p.player.play(t.update*int64(c.BatchEpisodes), p.episodes)
	})
	g.order = g.order[:0]
	for i := range g.players {
		p := &g.players[i]
		sum := 0
		for e := range p.episodes {
			played := &p.episodes[e]
			sum += int(played.Return)
			decisions += int(played.Decisions)
			t.history.add(played.Return, played.Decisions)
		}
		p.mean = float64(sum) / float64(len(p.episodes))
		g.order = append(g.order, i)
	}
	slices.SortStableFunc(g.order, func(i, j int) int { return cmp.Compare(g.players[j].mean, g.players[i].mean) })
	g.move(c, t.update)
	setGuess(b, t.policy, &g.mean)
	return decisions
}

// move moves the guesses to come to the elite of those that were made.
func (g *guesser) move(c *Config, update int64) {
	n := float64(c.Elite)
	added := c.Noise * math.Max(0, 1-float64(update+1)/math.Max(1, float64(c.NoiseUpdates)))
	g.best = 0
	for _, i := range g.order[:c.Elite] {
		g.best += g.players[i].mean / n
	}
	for f := range g.mean {
		sum, squares := 0.0, 0.0
		for _, i := range g.order[:c.Elite] {
			sum += float64(g.players[i].theta[f])
		}
		mean := sum / n
		for _, i := range g.order[:c.Elite] {
			d := float64(g.players[i].theta[f]) - mean
			squares += float64(d * d)
		}
		g.mean[f] = float32(mean)
		g.std[f] = float32(math.Sqrt(squares/n + float64(added*added)))
	}
}
