package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pongpg/cmd/internal/session"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// recipe is what a test's flags mean: those of the recipe fast, with --lr and --seed.
func recipe(args []string) (trainer.Config, session.Limits, error) {
	config, err := trainer.Recipe("fast")
	for i := 0; i < len(args); i += 2 {
		switch args[i] {
		case "--lr":
			_, err = fmt.Sscan(args[i+1], &config.LearningRate)
		case "--seed":
			_, err = fmt.Sscan(args[i+1], &config.Seed)
		case "--wrong":
			err = errors.New("--wrong is wrong; leave it out")
		}
		if err != nil {
			break
		}
	}
	return config, session.Limits{Updates: 4}, err
}

func plan(t *testing.T, dir, text string) *Plan {
	t.Helper()
	p, err := tryPlan(dir, text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryPlan(dir, text string) (*Plan, error) {
	f, err := parse(text)
	if err != nil {
		return nil, err
	}
	return NewPlan(f, dir, 8, recipe)
}

// trained makes a run's directory with these mean returns, one an update of 1,000 decisions and 2
// seconds; episodes are 50 an update.
func trained(t *testing.T, p *Plan, r *Run, returns ...float64) {
	t.Helper()
	dir, err := checkpoint.Create(p.path(r), r.Config)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range returns {
		n := int64(i + 1)
		m := trainer.Metrics{Update: n, GlobalStep: 1000 * n, ElapsedSeconds: 2 * float64(n), Episodes: 50 * n, EpisodicReturn: trainer.Optional(x)}
		if err := dir.Metrics().Append(m); err != nil {
			t.Fatal(err)
		}
	}
	f := &checkpoint.File{Metadata: map[string]string{}}
	if err := dir.Save(int64(len(returns)), f, false); err != nil {
		t.Fatal(err)
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
}

const search = `
reach = [-5, 0.5]
[search]
lr = [0.001, 0.002, 0.003]
seed = [1, 2, 3]
`

// TestResults holds the table to numbers, worked out by hand.
func TestResults(t *testing.T) {
	p := plan(t, filepath.Join(t.TempDir(), "s"), search)
	if err := p.Record(); err != nil {
		t.Fatal(err)
	}
	trained(t, p, p.Runs[0], 9, -5, -3, -4) // 50 episodes do not count
	trained(t, p, p.Runs[1], -9, -6, -5, -8)
	trained(t, p, p.Runs[2], -9, -6, -4, -3)
	trained(t, p, p.Runs[3], -9, 1)
	trained(t, p, p.Runs[4], -9, -8, 0, 1)
	trained(t, p, p.Runs[5], -9)
	if err := os.WriteFile(p.failure(p.Runs[3]), []byte("it broke, quite\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	groups, err := p.Results()
	if err != nil {
		t.Fatal(err)
	}
	// −4, −8, −3: mean −5, standard error √((1 + 9 + 4)/2/3) = 1.5275.
	want := `
setting   seed          status      decisions  seconds  return        best   to -5        to +0.5
lr 0.002  1 of 3 seeds                                  +1.00         +1.00  3 k, 6.0 s   4 k, 8.0 s
          1             failed      2 k        4.0      +1.00         +1.00  2 k, 4.0 s   2 k, 4.0 s
          2             done        4 k        8.0      +1.00         +1.00  3 k, 6.0 s   4 k, 8.0 s
          3             unfinished  1 k        2.0      –             –      –            –
lr 0.001  3 seeds                                       -5.00 ± 1.53  -3.67  2.67 k, 5.3 s  –
          3             done        4 k        8.0      -3.00         -3.00  3 k, 6.0 s   –
          1             done        4 k        8.0      -4.00         -3.00  2 k, 4.0 s   –
          2             done        4 k        8.0      -8.00         -5.00  3 k, 6.0 s   –
lr 0.003  0 of 3 seeds                                  –             –      –            –
          1             waiting     –          –        –             –      –            –
          2             waiting     –          –        –             –      –            –
          3             waiting     –          –        –             –      –            –
`
	got, wanted := strings.Fields(p.Table(groups)), strings.Fields(want)
	if strings.Join(got, " ") != strings.Join(wanted, " ") {
		t.Errorf("the table is\n%swant%s", p.Table(groups), want)
	}
	var text bytes.Buffer
	if err := p.WriteCSV(&text, groups); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text.String(), "\n")
	for i, want := range map[int]string{
		0: "run,lr,seed,status,decisions,seconds,return,best,decisions_to_-5,seconds_to_-5,decisions_to_0.5,seconds_to_0.5,setting_seeds,setting_return,setting_return_standard_error,error",
		1: `lr-0.002_seed-1,0.002,1,failed,2000,4,1,1,2000,4,2000,4,1,1,,"it broke, quite"`,
		3: "lr-0.002_seed-3,0.002,3,unfinished,1000,2,,,,,,,1,1,,",
		5: "lr-0.001_seed-1,0.001,1,done,4000,8,-4,-3,2000,4,,,3,-5," + csvNumber(math.Sqrt(14./6)) + ",",
		9: "lr-0.003_seed-3,0.003,3,waiting,,,,,,,,,0,,,",
	} {
		if lines[i] != want {
			t.Errorf("line %d is %s, want %s", i+1, lines[i], want)
		}
	}
	if noPicture, err := p.Report(groups); err != nil || noPicture != nil {
		t.Errorf("%v, %v", noPicture, err)
	}
	for _, name := range []string{TableName, PictureName} {
		if info, err := os.Stat(filepath.Join(p.Dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPlan holds the jobs, the workers and the commands to what was asked for.
func TestPlan(t *testing.T) {
	for _, test := range []struct {
		text          string
		jobs, workers int
		command       string
	}{
		{"[search]\nlr = [1, 2]", 2, 4, "train --lr 1 --run d/lr-1 --workers 4"},
		{"jobs = 1\n[search]\nlr = [1, 2]", 1, 8, "train --lr 1 --run d/lr-1 --workers 8"},
		{"jobs = 30\n[search]\nlr = [" + hundred + "]", 30, 1, "train --lr 0 --run d/lr-0 --workers 1"},
		{"recipe = \"fast\"\ntime = \"10m\"\ndecisions = 20e6\nuntil-return = 3.5\n[flags]\nworkers = 3\nkeep = 1\n[search]\nlr = [1]", 1, 8,
			"train --recipe fast --decisions 20000000 --time 10m --until-return 3.5 --keep 1 --workers 3 --lr 1 --run d/lr-1"},
	} {
		p := plan(t, "d", test.text)
		if got := strings.Join(p.begin(p.Runs[0]), " "); p.Jobs != test.jobs || p.Workers != test.workers || got != filepath.FromSlash(test.command) {
			t.Errorf("%q: %d jobs, %d workers, %s", test.text, p.Jobs, p.Workers, got)
		}
	}
	p := plan(t, "d", "decisions = 5\n[flags]\nkeep = 1\nhidden = 3\ninit = \"x\"\n[search]\nlr = [1]\nseed = [1]")
	if got := strings.Join(p.resume(p.Runs[0]), " "); got != "train --resume "+p.path(p.Runs[0])+" --keep 1 --workers 8" {
		t.Errorf("resumed with %s", got)
	}
	if _, err := tryPlan("d", "[search]\nwrong = [1, 2]"); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), "run wrong-1: --wrong is wrong") {
		t.Errorf("a flag that is wrong: %v", err)
	}
	if _, err := tryPlan("d", "[search]\nlr = [\"1/2\", \"1-2\"]"); err == nil || !strings.Contains(err.Error(), "lr-1-2") {
		t.Errorf("two runs of one name: %v", err)
	}
}

// TestChanged lets settings be added to a sweep, and nothing else be changed.
func TestChanged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	begun := plan(t, dir, "decisions = 5\n[flags]\nkeep = 1\n[search]\nlr = [1, 2]")
	if err := begun.Begun(); err == nil || !strings.Contains(err.Error(), "no sweep yet") {
		t.Errorf("a report of nothing: %v", err)
	}
	if err := begun.Record(); err != nil {
		t.Fatal(err)
	}
	for text, parts := range map[string][]string{
		"jobs = 3\ndecisions = 5\n[flags]\nkeep = 1\n[search]\nlr = [1, 2]": nil,
		"decisions = 5\n[flags]\nkeep = 1\n[search]\nlr = [2, 3, 1]":        nil,
		"decisions = 6\n[flags]\nkeep = 1\n[search]\nlr = [1, 2]":           {"lr-1 ", "--decisions 5", "--decisions 6", "-o"},
		"decisions = 5\n[search]\nlr = [1, 2]":                              {"lr-1 ", "--keep 1", "nothing in its place"},
		"decisions = 5\n[flags]\nkeep = 1\n[search]\nlr = [1]":              {"no lr-2 any more"},
	} {
		err := plan(t, dir, text).Begun()
		if parts == nil && err != nil {
			t.Errorf("%q: %v", text, err)
		}
		for _, part := range parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%q: the error does not say %q: %v", text, part, err)
			}
		}
	}
	if err := plan(t, filepath.Dir(dir), "[search]\nlr = [1]").Record(); err == nil || !strings.Contains(err.Error(), "holds no sweep") {
		t.Errorf("a directory of something else: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(dir, recordName))
	if err != nil {
		t.Fatal(err)
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil || len(r.Runs) != 2 || !strings.HasPrefix(r.Runs[1].Command, "pongpg train --decisions 5 --keep 1 --lr 2 --run ") {
		t.Errorf("%s: %+v, %v", recordName, r, err)
	}
}
