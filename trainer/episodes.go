package trainer

import (
	"sync/atomic"

	"pongpg/emu"
	"pongpg/trainer/compute"
)

// EpisodeRecord is an episode played from beginning to end. Its number is the name of
// its random stream, so that what happens in it depends on nothing else: not on how many
// games are played side by side, nor by how many workers.
type EpisodeRecord struct {
	emu.Episode

	// One element (or row) a decision; empty unless recorded.
	X      []uint16 // [decisions][emu.ObservationWidth]
	Action []uint8
	Reward []int8
}

// episodePlayer plays whole episodes, some at a time.
type episodePlayer struct {
	groups []*episodeGroup
	record bool
}

// episodeGroup is the games of one worker.
type episodeGroup struct {
	player *player
	rows   Batch
	host   hostBatch
	step   emu.Step
	ended  []emu.Episode
	number []int // the episode that each game plays; −1: none
}

// newEpisodePlayer returns a player of up to envs episodes at a time, which keeps every
// decision if record is set.
func newEpisodePlayer(b compute.Backend, policy *Policy, preset emu.Preset, seed uint64, envs int, record, greedy bool) *episodePlayer {
	groups := max(1, min(b.Workers(), envs))
	if b.Async() {
		size := tileGames(envs, b)
		groups = (envs + size - 1) / size
	}
	e := &episodePlayer{record: record}
	for g := range groups {
		games := envs*(g+1)/groups - envs*g/groups
		// Whole blocks of games step faster than parts; those beyond games play on with
		// nobody at the paddle.
		stepped := (games + emu.VectorLanes - 1) / emu.VectorLanes * emu.VectorLanes
		room := NewBatch(b, stepped, policy)
		host := newHostBatch(b, room)
		step := emu.NewStep(stepped)
		step.Observation = host.x
		vector := emu.NewVector(stepped, preset, seed, 0)
		vector.SetInput(policy.Input)
		g := &episodeGroup{
			player: newPlayer(b, policy, seed, vector, 0, games, stepped),
			rows:   room.Slice(0, games), host: host.slice(0, games),
			step: step, number: make([]int, games),
		}
		g.player.greedy = greedy
		e.groups = append(e.groups, g)
	}
	return e
}

// play plays episodes number first to first+len(episodes)−1 and writes them to
// episodes, whose memory it uses again.
func (e *episodePlayer) play(first int64, episodes []EpisodeRecord) {
	var taken atomic.Int64
	next := func() int {
		if i := taken.Add(1) - 1; i < int64(len(episodes)) {
			return int(i)
		}
		return -1
	}
	inParallel(len(e.groups), len(e.groups), func(_, i int) { e.groups[i].play(first, episodes, next, e.record) })
}

// play plays the episodes that next hands out until it has no more.
func (g *episodeGroup) play(first int64, episodes []EpisodeRecord, next func() int, record bool) {
	playing := 0
	begin := func(game int) {
		g.number[game] = next()
		if g.number[game] < 0 {
			return
		}
		playing++
		g.player.vector.ResetGame(game, uint32(first)+uint32(g.number[game]))
		g.player.stale = true
		g.player.vector.FirstObservation(g.host.x[game*emu.ObservationWidth:], game)
		r := &episodes[g.number[game]]
		r.X, r.Action, r.Reward = r.X[:0], r.Action[:0], r.Reward[:0]
	}
	for game := range g.number {
		begin(game)
	}
	for playing > 0 {
		if !g.player.decide(g.rows, g.host) {
			return
		}
		if record {
			g.keepDecision(episodes)
		}
		g.ended = g.player.step(g.step, g.ended[:0])
		if record {
			g.keepReward(episodes)
		}
		for _, ended := range g.ended {
			if ended.Game >= len(g.number) {
				continue
			}
			if number := g.number[ended.Game]; number >= 0 {
				episodes[number].Episode = ended
				episodes[number].Game = number
				playing--
				begin(ended.Game)
			}
		}
	}
}

// keepDecision appends each game's observation and action to its episode.
func (g *episodeGroup) keepDecision(episodes []EpisodeRecord) {
	for game, number := range g.number {
		if number >= 0 {
			r := &episodes[number]
			r.X = append(r.X, g.host.x[game*emu.ObservationWidth:(game+1)*emu.ObservationWidth]...)
			r.Action = append(r.Action, g.host.action[game])
		}
	}
}

// keepReward appends each game's reward to its episode.
func (g *episodeGroup) keepReward(episodes []EpisodeRecord) {
	for game, number := range g.number {
		if number >= 0 {
			episodes[number].Reward = append(episodes[number].Reward, g.step.Reward[game])
		}
	}
}

// episodeBatch is whole episodes as a batch: their decisions one after the other.
type episodeBatch struct {
	Batch    Batch // room for them and maybe more
	Rows     int
	Episodes []EpisodeRecord

	host hostBatch
}

// pack lays the episodes out in the batch, which grows as needed, and writes their
// returns to the advantages, each episode standardized by itself if each is set.
// It returns the returns' moments.
func (e *episodeBatch) pack(b compute.Backend, policy *Policy, gamma float64, each bool) moments {
	e.Rows = 0
	for i := range e.Episodes {
		e.Rows += len(e.Episodes[i].Action)
	}
	if e.Rows > e.Batch.Rows() {
		e.Batch = NewBatch(b, max(e.Rows, 2*e.Batch.Rows()), policy)
		e.host = newHostBatch(b, e.Batch)
	}
	var all moments
	at := 0
	for i := range e.Episodes {
		r := &e.Episodes[i]
		h := e.host.slice(at, at+len(r.Action))
		copy(h.x, r.X)
		copy(h.action, r.Action)
		m := discountEpisode(h.advantage, r.Reward, gamma)
		if each {
			standardize(h.advantage, nil, m)
		}
		all = all.plus(m)
		at += len(r.Action)
	}
	rows := e.Batch.Slice(0, e.Rows)
	host := e.host.slice(0, e.Rows)
	compute.Upload(b, rows.X.Entries, host.x)
	compute.Upload(b, rows.Action, host.action)
	return all
}
