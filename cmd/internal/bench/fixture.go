package bench

import (
	"math/rand/v2"
	"slices"

	"pongpg/emu"
	"pongpg/trainer"
	"pongpg/trainer/compute"
)

// config is the training that is measured.
var config = func() trainer.Config {
	c, err := trainer.Recipe("fast")
	if err != nil {
		panic(err) // the recipe is the trainer's own
	}
	c.Seed = seed
	return c
}()

const (
	seed  = 1
	games = 64 // played at a time by one goroutine, as the trainer does

	// gamesAsync is how many decisions a device that computes beside the host is asked for
	// at a time.
	gamesAsync = 1024
)

// framesPerDecision is the mean frame skip, uniform over the preset's range.
var framesPerDecision = func() float64 {
	p := preset()
	return float64(p.SkipMin+p.SkipMax) / 2
}()

func preset() emu.Preset {
	p, err := emu.PresetByName(config.Preset)
	if err != nil {
		panic(err) // the recipe is the trainer's own
	}
	return p
}

// fixture is what the stages work on: a fresh policy of the recipe, and as many
// decisions of games played at random as an update has.
type fixture struct {
	backend compute.Backend
	policy  *trainer.Policy
	rows    int
	batch   trainer.Batch
}

func newFixture(b compute.Backend) (*fixture, error) {
	policy, err := trainer.NewPolicy(b, &config)
	if err != nil {
		return nil, err
	}
	policy.Init(b, seed, config.InitBlur)
	rows := (config.BatchDecisions + games - 1) / games * games
	f := &fixture{backend: b, policy: policy, rows: rows, batch: trainer.NewBatch(b, rows, policy)}
	f.fill()
	policy.Forward(b, f.batch.Z, f.batch.Prob, f.batch.Active, f.batch.X)
	return f, b.Sync()
}

// after returns the row after n from at on, from which n more can be taken.
func (f *fixture) after(at, n int) int {
	if at += n; at+n > f.rows {
		return 0
	}
	return at
}

// fill plays the games and writes their observations, actions and an advantage of the
// usual size.
func (f *fixture) fill() {
	p := newPlayers()
	x := make([]uint16, 0, f.rows*emu.ObservationWidth)
	for len(x) < cap(x) {
		p.step()
		x = append(x, p.out.Observation...)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	action := make([]uint8, f.rows)
	for i := range action {
		action[i] = uint8(random.IntN(2))
	}
	compute.Upload(f.backend, f.batch.X.Entries, x)
	compute.Upload(f.backend, f.batch.Action, action)
	compute.Upload(f.backend, f.batch.Advantage, normals(f.rows))
	compute.Upload(f.backend, f.batch.Weight, slices.Repeat([]float32{1 / float32(f.rows)}, f.rows))
}

// players are games that are played up and down at random.
type players struct {
	vector  *emu.Vector
	out     emu.Step
	ended   []emu.Episode
	actions []emu.Action
	at      int
}

func newPlayers() *players {
	p := &players{
		vector:  emu.NewVector(games, preset(), seed, 0),
		out:     emu.NewStep(games),
		actions: make([]emu.Action, 1<<14),
	}
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range p.actions {
		p.actions[i] = [2]emu.Action{emu.Right, emu.Left}[random.IntN(2)]
	}
	return p
}

// step plays a decision of every game. The random actions come round again after
// len(p.actions) decisions, at another place of each game.
func (p *players) step() {
	p.ended = p.vector.StepRange(0, games, p.actions[p.at:p.at+games], p.out, p.ended[:0])
	if p.at += games + 1; p.at+games > len(p.actions) {
		p.at = 0
	}
}

// normals returns n normal numbers.
func normals(n int) []float32 {
	random := rand.New(rand.NewPCG(seed, 2))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	return x
}
