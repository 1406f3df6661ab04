package trainer

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pongpg/emu"
	"pongpg/trainer/compute/cpu"
)

// view is what a made-up observation of both images shows: rows and columns of the ball now and
// before, and the row of the agent's paddle; −1: nothing there.
type view struct{ row, column, rowBefore, columnBefore, agent int }

// codes are those of whole shapes by their pixels: a ball of two pixels or a paddle, by its first.
var codes = func() map[string]uint16 {
	list := map[string]uint16{}
	for code := range uint16(emu.Codes) {
		list[fmt.Sprint(emu.CodePixels(code))] = code
	}
	return list
}()

// code returns the code of a rectangle of the image.
func code(t testing.TB, row, column, height, width int) uint16 {
	t.Helper()
	if row < 0 {
		return emu.NoCode
	}
	var pixels []uint16
	for r := row; r < row+height; r++ {
		for c := column; c < column+width; c++ {
			pixels = append(pixels, uint16(r*emu.ImageSize+c))
		}
	}
	found, ok := codes[fmt.Sprint(pixels)]
	if !ok {
		t.Fatalf("no code is of %d×%d pixels from (%d, %d)", height, width, row, column)
	}
	return found
}

// observation writes the row of a view.
func (v view) observation(t testing.TB, row []uint16) {
	t.Helper()
	agent, enemy := code(t, v.agent, 70, 8, 2), code(t, 33, 8, 8, 2)
	now := emu.Picture{Enemy: enemy, Agent: agent, Ball: code(t, v.row, v.column, 2, 1)}
	before := emu.Picture{Enemy: enemy, Agent: agent, Ball: code(t, v.rowBefore, v.columnBefore, 2, 1)}
	emu.ObserveBoth(row, now, before)
}

func (v view) approaches() bool { return v.row >= 0 && v.rowBefore >= 0 && v.column > v.columnBefore }

// situation is the description of a situation, for comparison: no numbers.
func (v view) situation() string {
	if v.row < 0 || v.agent < 0 {
		return "nothing"
	}
	along, down := 0, 0
	if v.rowBefore >= 0 {
		along, down = cmp.Compare(v.column, v.columnBefore), cmp.Compare(v.row, v.rowBefore)
	}
	return fmt.Sprint(v.column/5, along, down, int(math.Floor(float64(v.row-v.agent)/2)))
}

// TestSight: what is made up is what is seen, and situations are told apart exactly where their
// descriptions are.
func TestSight(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 0))
	row := make([]uint16, emu.ObservationWidth)
	number, name := map[string]uint16{}, map[uint16]string{}
	for range 20_000 {
		v := randomView(random)
		v.observation(t, row)
		s := look(row)
		if s.approaching() != v.approaches() {
			t.Fatalf("%+v: approaching is %v", v, s.approaching())
		}
		after := random.IntN(2) == 0
		n, want := s.situation(after), fmt.Sprint(after, v.situation())
		if int(n) >= situations {
			t.Fatalf("%+v: situation %d of %d", v, n, situations)
		}
		if other, ok := number[want]; ok && other != n {
			t.Fatalf("%+v: situation %d, before it was %d", v, n, other)
		}
		if other, ok := name[n]; ok && other != want {
			t.Fatalf("%+v: situation %d is of %q too", v, n, other)
		}
		number[want], name[n] = n, want
	}
	if len(number) < 2000 {
		t.Errorf("only %d situations came", len(number))
	}
}

func randomView(random *rand.Rand) view {
	v := view{random.IntN(78), 10 + random.IntN(59), -1, -1, random.IntN(72)}
	v.rowBefore, v.columnBefore = min(77, max(0, v.row+random.IntN(7)-3)), v.column+random.IntN(3)-1
	switch random.IntN(12) {
	case 0:
		v.row = -1
	case 1:
		v.rowBefore = -1
	case 2:
		v.agent = -1
	}
	return v
}

// judged is a rollout that a test plays itself.
type judged struct {
	*Rollout
	gamma float64
}

func newJudged(t testing.TB, games, steps int, gamma float64, baseline, credit string) judged {
	t.Helper()
	b := newCPU(t, cpu.Options{Workers: 1})
	preset, _ := emu.PresetByName("Pong-v0")
	policy, err := NewPolicy(b, &Config{Actions: 3, Hidden: 16, Input: "both"})
	if err != nil {
		t.Fatal(err)
	}
	v := emu.NewVector(games, preset, 1, 0)
	v.SetInput(emu.Both)
	r, err := newRollout(b, policy, v, 1, steps, horizon(gamma))
	if err != nil {
		t.Fatal(err)
	}
	r.judge = newJudge(r, &Config{Gamma: gamma, Baseline: baseline, Credit: credit})
	return judged{r, gamma}
}

// assess does with the rewards and observations what Collect and playRollout do.
func (r judged) assess() {
	at := r.Live()
	workers := 3
	r.judge.baseline.room(workers)
	for i := range r.tiles {
		tile := &r.tiles[i]
		r.discount(tile, r.gamma)
		r.judge.live(r.Rollout, tile, i%workers)
		tile.carried, tile.from = r.countCarried(tile), at
		at += tile.carried
	}
	for row := r.Live(); row < at; row++ {
		r.Known[row] = true
	}
	for i := range r.tiles {
		r.carry(&r.tiles[i], r.gamma, (i+1)%workers)
	}
	if r.judge.expects {
		r.judge.baseline.update()
	}
	r.judge.assess(r.Rollout, 0, at)
}

// step is a decision of TestCredit.
type step struct {
	view
	reward    int8
	hit, next int // the decision whose reward it has a part in, as far as hits tell; 0: none
}

// TestCredit: by hand, a ball that is hit and one that is not, points that are won without a
// hit, one that is lost, one with which the episode ends, and one that is not over.
func TestCredit(t *testing.T) {
	coming, going, none := view{30, 40, 29, 38, 30}, view{30, 50, 29, 52, 30}, view{-1, 0, -1, 0, 30}
	for _, credit := range []string{"point", "hit", "next"} {
		steps := []step{
			0: {going, 0, 5, 5}, {coming, 0, 5, 5}, {coming, 0, 5, 5}, {going, 0, 0, 8}, {none, 0, 0, 8}, {going, 1, 0, 8}, // hit, and won
			6: {coming, 0, 8, 8}, {going, 0, 8, 8}, {going, -1, 8, 8}, // lost
			9: {none, 0, 0, 12}, {going, 1, 0, 12}, {going, 1, 0, 12}, // won without a hit, twice
			12: {coming, 1, 12, 12}, {going, 1, 0, 0}, // won; won, and the episode is over
			14: {coming, 1, 14, 14}, {going, 1, 0, 0}, // won; won, and the next one is not over
			16: {going, 0, 0, 0}, {coming, 0, 0, 0},
		}
		const games, over = 2, 13
		r := newJudged(t, games, len(steps), 0.9, "none", credit)
		for i, s := range steps {
			for g := range games {
				row := i*games + g
				r.Reward[row], r.EpisodeEnd[row] = 0, i == over
				s.observation(t, r.host.x[row*emu.ObservationWidth:])
			}
			r.Reward[i*games+1] = s.reward
		}
		r.assess()
		for i, s := range steps {
			of := s.next
			switch credit {
			case "point":
				of = i + slices.IndexFunc(steps[i:], func(s step) bool { return s.reward != 0 })
			case "hit":
				of = s.hit
			}
			want := 0.0
			if of > 0 && of >= i {
				want = float64(steps[of].reward) * math.Pow(0.9, float64(of-i))
			}
			if got := float64(r.host.advantage[i*games+1]); math.Abs(got-want) > 1e-7 {
				t.Errorf("credit by %s: decision %d is worth %v, want %v", credit, i, got, want)
			}
			if got := r.host.advantage[i*games]; got != 0 {
				t.Errorf("credit by %s: decision %d of a game without points is worth %v", credit, i, got)
			}
		}
	}
}

// TestJudge compares the advantages of rollouts of random views, rewards and ends with the
// definitions, applied to all that each game has ever done: a return less the mean of its
// situation's, as the latest updates have it, where the return is the next point's, or nothing, in
// a won point in which the ball does not approach any more.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		steps            int
		baseline, credit string
	}{
		{60, "situation", "next"}, {7, "situation", "next"}, {1, "situation", "next"}, {23, "none", "next"},
		{60, "situation", "hit"}, {7, "none", "hit"}, {23, "situation", "point"},
	} {
		t.Run(fmt.Sprintf("%d steps/baseline %s/credit %s", c.steps, c.baseline, c.credit), func(t *testing.T) {
			testJudge(t, c.steps, c.baseline, c.credit)
		})
	}
}

// past is all that a game has ever done.
type past struct {
	reward []int8
	end    []bool
	views  []view
}

// worth returns what decision number at of a game was worth by a kind of credit, whether that was
// after the last hit of a won point, and whether it had a part in anything.
func (p *past) worth(at int, gamma float64, credit string) (worth float64, after, part bool) {
	value, known := returnOf(p.reward, p.end, at, gamma)
	if !known {
		return 0, false, false
	}
	last, hit := at, p.views[at].approaches()
	for ; p.reward[last] == 0; last++ {
		hit = hit || p.views[last+1].approaches()
	}
	if credit == "point" || p.reward[last] < 0 || hit {
		return value, false, true
	}
	if credit == "hit" || p.end[last] || last+1 == len(p.reward) {
		return 0, true, false
	}
	next, _, part := p.worth(last+1, gamma, credit)
	return next * math.Pow(gamma, float64(last+1-at)), true, part
}

func testJudge(t *testing.T, steps int, baseline, credit string) {
	const games, rollouts, gamma, seed = 70, 12, 0.9, 8
	r := newJudged(t, games, steps, gamma, baseline, credit)
	random := rand.New(rand.NewPCG(seed, 0))
	var pasts [games]past
	count, sum := map[string]float64{}, map[string]float64{}
	carried, nothing, next, compared := 0, 0, 0, 0
	for rollout := range rollouts {
		for row := range r.Live() {
			g := row % games
			r.Reward[row], r.EpisodeEnd[row] = 0, false
			switch n := random.IntN(60); {
			case n < 4:
				r.Reward[row], r.EpisodeEnd[row] = int8(2*(n%2)-1), random.IntN(5) == 0
			case n == 4:
				r.EpisodeEnd[row] = true
			}
			v := randomView(random)
			if v.approaches() && random.IntN(4) > 0 { // hits are rarer
				v.column, v.columnBefore = v.columnBefore, v.column
			}
			v.observation(t, r.host.x[row*emu.ObservationWidth:])
			p := &pasts[g]
			p.reward, p.end, p.views = append(p.reward, r.Reward[row]), append(p.end, r.EpisodeEnd[row]), append(p.views, v)
		}
		r.assess()

		type decision struct{ row, g, at int }
		var learned []decision
		at := r.Live()
		for g := range games {
			before := rollout * steps
			for s := range steps {
				if row := s*games + g; r.Known[row] {
					learned = append(learned, decision{row, g, before + s})
				}
			}
			n := int(r.carriedOf[g])
			for i := range n {
				learned = append(learned, decision{at + i, g, before - n + i})
			}
			at, carried = at+n, carried+n
		}
		for s := range count {
			count[s], sum[s] = 0.9*count[s], 0.9*sum[s]
		}
		situation := func(d decision, after bool) string {
			return fmt.Sprint(after, pasts[d.g].views[d.at].situation())
		}
		for _, d := range learned {
			if worth, after, part := pasts[d.g].worth(d.at, gamma, credit); part {
				s := situation(d, after)
				count[s], sum[s] = count[s]+1, sum[s]+worth
			}
		}
		for _, d := range learned {
			want, after, part := pasts[d.g].worth(d.at, gamma, credit)
			switch s := situation(d, after); {
			case !part:
				want, nothing = 0, nothing+1
			case baseline == "situation":
				want -= sum[s] / (count[s] + 8)
			}
			if after && part {
				next++
			}
			if got := float64(r.host.advantage[d.row]); math.Abs(got-want) > 1e-6 {
				t.Fatalf("rollout %d game %d decision %d: advantage %v, want %v", rollout, d.g, d.at, got, want)
			}
			compared++
		}
	}
	if compared < 100 || carried == 0 || credit != "point" && nothing == 0 || credit == "next" && steps > 1 && next == 0 {
		t.Errorf("%d decisions were compared, %d of them carried, %d without a part, %d for the next point: too few", compared, carried, nothing, next)
	}
}

// TestStandardizeJudged: with --standardize batch what a baseline leaves has mean 0 and deviation 1
// over the decisions that had a part in something, and the others stay 0.
func TestStandardizeJudged(t *testing.T) {
	c := mustRecipe("win")
	c.Seed, c.Hidden, c.Envs, c.Schedule, c.BatchDecisions, c.Standardize = 3, 16, 32, "", 12_000, "batch"
	trainer := newTrainer(t, c, cpu.Options{})
	for range 3 {
		if _, err := trainer.Update(); err != nil {
			t.Fatal(err)
		}
	}
	r := trainer.rollout
	var m moments
	without := 0
	for row := range r.Live() + r.Carried {
		advantage := r.host.advantage[row]
		switch {
		case r.judge.part[row]:
			m = m.with(float64(advantage))
		case advantage != 0:
			t.Fatalf("row %d has no part in anything and an advantage of %v", row, advantage)
		default:
			without++
		}
	}
	if mean, std := m.meanStd(); math.Abs(mean) > 1e-6 || math.Abs(std-1) > 1e-6 {
		t.Errorf("mean %v, deviation %v of %d advantages", mean, std, m.n)
	}
	if m.n < 1000 || without < 1000 {
		t.Errorf("%d decisions with a part in something, %d without: too few", m.n, without)
	}
}
