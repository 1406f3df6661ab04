package bench

import (
	"pongpg/emu"
	"pongpg/emu/philox"
	"pongpg/trainer"
	"pongpg/trainer/compute"
)

// piece is work that is done over and over. It returns the decisions that it did.
type piece func() (int, error)

// stage is a part of training. begin returns one piece that uses all workers, or one a
// worker.
type stage struct {
	name  string
	begin func(*fixture) ([]piece, error)
}

// The stages, in the order in which the data flow; docs/command.md says what each is.
var stages = []stage{
	{"emulation", perWorker(emulation)},
	{"observation", perWorker(observation)},
	{"forward", perWorker(forward)},
	{"sampling", perWorker(sampling)},
	{"backward", backward},
	{"update", update},
	{"training", training},
}

// perWorker returns a stage of independent pieces, each with a queue of its own.
func perWorker(begin func(*fixture, compute.Backend) piece) func(*fixture) ([]piece, error) {
	return func(f *fixture) ([]piece, error) {
		work := make([]piece, f.backend.Workers())
		for i := range work {
			work[i] = begin(f, f.backend.Queue())
		}
		return work, nil
	}
}

// emulation is games stepped with random actions, and their observations.
func emulation(*fixture, compute.Backend) piece {
	const steps = 64 // between two looks at the clock
	p := newPlayers()
	return func() (int, error) {
		for range steps {
			p.step()
		}
		return steps * games, nil
	}
}

// observation is emu.Observe alone, on pictures of a game.
func observation(*fixture, compute.Backend) piece {
	const pictures = 4096
	game := emu.NewGame()
	p := newPlayers()
	shown := make([]emu.Picture, pictures+1)
	for i := range shown {
		for range 3 {
			if game.Step(p.actions[i]); game.Over() {
				game.Reset()
			}
		}
		shown[i] = game.Picture()
	}
	row := make([]uint16, emu.ObservationWidth)
	return func() (int, error) {
		for i := range pictures {
			emu.Observe(row, shown[i+1], shown[i])
		}
		return pictures, nil
	}
}

// atOnce returns how many decisions a policy is asked for at a time: as many as training
// asks a device for.
func atOnce(queue compute.Backend) int {
	if queue.Async() {
		return gamesAsync
	}
	return games
}

// forward is the policy's probabilities for some observations, over and over.
func forward(f *fixture, queue compute.Backend) piece {
	n := atOnce(queue)
	z := compute.New[float32](queue, n, f.policy.Outputs())
	prob := compute.New[float32](queue, n, f.policy.Outputs())
	active := compute.New[uint16](queue, n, f.batch.Active.Cols)
	at := 0
	return func() (int, error) {
		f.policy.Forward(queue, z, prob, active, f.batch.X.Slice(at, at+n))
		at = f.after(at, n)
		return n, queue.Sync()
	}
}

// sampling is the choice of an action by a random number.
func sampling(f *fixture, queue compute.Backend) piece {
	n := atOnce(queue)
	uniform := compute.New[float32](queue, n, 1)
	stream, tick := compute.New[uint32](queue, n, 1), compute.New[uint32](queue, n, 1)
	action := compute.New[uint8](queue, n, 1)
	at := 0
	return func() (int, error) {
		queue.Uniform(uniform, seed, philox.PurposeAction, stream, tick, 0)
		queue.Sample(action, f.batch.Prob.Slice(at, at+n), uniform)
		at = f.after(at, n)
		return n, queue.Sync()
	}
}

// backward is the gradient of a batch at the table's rows.
func backward(f *fixture) ([]piece, error) {
	b := f.backend
	learner := trainer.NewLearner(b, f.policy, config.Optimizer, f.rows)
	return []piece{func() (int, error) {
		learner.Backward(b, f.batch, hyper)
		return f.rows, b.Sync()
	}}, nil
}

// update is what an update takes whatever the size of its batch: from the gradient at
// the table to the table of the new weights. The learning rate is 0, so that doing it
// over and over changes nothing.
func update(f *fixture) ([]piece, error) {
	b := f.backend
	learner := trainer.NewLearner(b, f.policy, config.Optimizer, f.rows)
	learner.Backward(b, f.batch, hyper)
	return []piece{func() (int, error) {
		learner.Ascend(b, hyper)
		return f.rows, b.Sync()
	}}, nil
}

// hyper is the recipe's, after the blur has gone, with steps of no length.
var hyper = trainer.Hyper{
	Entropy: float32(config.Entropy), Decay: float32(config.Decay), Epsilon: float32(config.Epsilon), Blur: config.BlurFinal,
}

// training is trainer.Trainer.Update, which is all of it.
func training(f *fixture) ([]piece, error) {
	t, err := trainer.New(config, f.backend)
	if err != nil {
		return nil, err
	}
	before := t.Progress().GlobalStep
	return []piece{func() (int, error) {
		m, err := t.Update()
		did := m.GlobalStep - before
		before = m.GlobalStep
		return int(did), err
	}}, nil
}
