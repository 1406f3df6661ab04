package sweep

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/session"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// Plan is a sweep that has been found possible: its runs, in the order of their training.
type Plan struct {
	Dir     string
	Runs    []*Run
	Jobs    int // runs at a time
	Workers int // of each
	Reach   []float64

	searched []string // flags
}

// Run is one training of a sweep.
type Run struct {
	Name    string
	Setting string // what is searched over, without the seed
	Config  trainer.Config
	Limits  session.Limits

	args   []string // of train, but for where it is written and how many workers it has
	params setting
}

// Check says whether train takes such arguments, and what they mean.
type Check func(args []string) (trainer.Config, session.Limits, error)

// DefaultReach are the returns that the time to is reported of.
var DefaultReach = []float64{0, 10}

// NewPlan makes the plan of a file for a machine of so many processors. Every run has been
// checked then; nothing has been written. Errors about the file's content wrap ErrFile.
func NewPlan(f *File, dir string, processors int, check Check) (*Plan, error) {
	settings, err := f.expand()
	if err != nil {
		return nil, f.wrong(err)
	}
	fixed, err := f.fixed()
	if err != nil {
		return nil, f.wrong(err)
	}
	p := &Plan{Dir: dir, Reach: f.Reach}
	if p.Reach == nil {
		p.Reach = DefaultReach
	}
	p.Jobs = processors
	if f.Jobs != nil {
		p.Jobs = *f.Jobs
	}
	p.Jobs = min(p.Jobs, len(settings))
	p.Workers = max(1, processors/p.Jobs)
	for _, x := range settings[0] {
		p.searched = append(p.searched, x.flag)
	}
	named := map[string]bool{}
	for _, s := range settings {
		r := &Run{Name: shortName(s), Setting: s.String(), params: s}
		for _, x := range slices.Concat(fixed, s) {
			r.args = append(r.args, "--"+x.flag, x.value)
		}
		if r.Config, r.Limits, err = check(r.args); err != nil {
			return nil, f.wrong(fmt.Errorf("run %s: %w", r.Name, err))
		}
		if r.Setting == "" {
			r.Setting = r.Config.Recipe
		}
		if named[r.Name] {
			return nil, f.wrong(fmt.Errorf("two runs would have the name %s: write their values so that they differ in more than punctuation", r.Name))
		}
		named[r.Name] = true
		p.Runs = append(p.Runs, r)
	}
	return p, nil
}

// longestName leaves room for what file systems add.
const longestName = 100

// shortName returns the name of a setting's directory: "lr-0.001_seed-1".
func shortName(s setting) string {
	var parts []string
	for _, x := range s {
		parts = append(parts, x.flag+"-"+strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".+-", r) {
				return r
			}
			return '-'
		}, cmp.Or(x.value, "none")))
	}
	name := strings.Join(parts, "_")
	if len(name) > longestName {
		sum := sha256.Sum256([]byte(name))
		name = name[:longestName-9] + "_" + hex.EncodeToString(sum[:4])
	}
	return name
}

// path returns a run's directory, and log its log, and failure where it is said why it failed.
func (p *Plan) path(r *Run) string    { return filepath.Join(p.Dir, r.Name) }
func (p *Plan) log(r *Run) string     { return p.path(r) + ".log" }
func (p *Plan) failure(r *Run) string { return p.path(r) + ".failed" }

// begin returns the arguments that begin a run, and resume those that go on with it.
func (p *Plan) begin(r *Run) []string {
	return append(slices.Concat([]string{"train"}, r.args, []string{"--run", p.path(r)}), p.workers(r)...)
}

func (p *Plan) resume(r *Run) []string {
	args := []string{"train", "--resume", p.path(r)}
	for i := 0; i < len(r.args); i += 2 {
		if !decidesWhat(strings.TrimPrefix(r.args[i], "--")) {
			args = append(args, r.args[i:i+2]...)
		}
	}
	return append(args, p.workers(r)...)
}

func (p *Plan) workers(r *Run) []string {
	if slices.Contains(r.args, "--workers") {
		return nil
	}
	return []string{"--workers", fmt.Sprint(p.Workers)}
}

// decidesWhat reports whether a flag is about what a run learns or when it ends, which a
// resumed run knows by itself.
func decidesWhat(flag string) bool {
	if slices.Contains([]string{"recipe", "seed", "init", "updates", "decisions", "time", "until-return"}, flag) {
		return true
	}
	return slices.ContainsFunc(reflect.VisibleFields(reflect.TypeFor[trainer.Config]()), func(f reflect.StructField) bool { return f.Tag.Get("flag") == flag })
}

// record is sweep.json.
type record struct {
	Runs []recorded `json:"runs"`
}

type recorded struct {
	Name    string   `json:"name"`
	Command string   `json:"command"`
	Args    []string `json:"args"` // what must stay as it is
}

const recordName = "sweep.json"

// Record holds the plan to what its directory was begun with: runs may be added, but none
// may change or go. Then it writes sweep.json, with the command of every run.
func (p *Plan) Record() error {
	if err := p.compare(); err != nil {
		return err
	}
	var now record
	for _, r := range p.Runs {
		now.Runs = append(now.Runs, recorded{r.Name, "pongpg " + format.Shell(p.begin(r)...), r.args})
	}
	text, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.Dir, 0o777); err != nil {
		return fmt.Errorf("make the sweep's directory: %w; choose another -o", err)
	}
	return checkpoint.WriteFileAtomic(filepath.Join(p.Dir, recordName), func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// Begun returns an error if the directory does not hold this sweep.
func (p *Plan) Begun() error {
	if _, err := os.Stat(filepath.Join(p.Dir, recordName)); err != nil {
		return fmt.Errorf("%s holds no sweep yet (%w): begin it without --report, or name its directory with -o", p.Dir, err)
	}
	return p.compare()
}

// compare holds the plan to sweep.json, if there is one.
func (p *Plan) compare() error {
	path := filepath.Join(p.Dir, recordName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(p.Dir)
		if err == nil && len(entries) > 0 {
			return fmt.Errorf("%s is there, and holds no sweep (it has no %s): name another directory with -o", p.Dir, recordName)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read the sweep's directory: %w; choose another -o", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read sweep: %w; choose another -o", err)
	}
	var before record
	if err := json.Unmarshal(text, &before); err != nil {
		return fmt.Errorf("%s cannot be read: %w; restore it from a copy, or choose another -o", path, err)
	}
	for _, old := range before.Runs {
		at := slices.IndexFunc(p.Runs, func(r *Run) bool { return r.Name == old.Name })
		if at < 0 {
			return fmt.Errorf("the file has changed since %s was begun: it has no %s any more; put it back, or choose another -o (settings may be added)", p.Dir, old.Name)
		}
		if now := p.Runs[at].args; !slices.Equal(now, old.Args) {
			return fmt.Errorf("the file has changed since %s was begun: %s was trained with %s, and now has %s; put that back, or choose another -o (settings may be added)",
				p.Dir, old.Name, difference(old.Args, now), difference(now, old.Args))
		}
	}
	return nil
}

// difference returns the flags of one command line that another has not, or not with their
// values.
func difference(of, from []string) string {
	has := func(args []string, flag, value string) bool {
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == flag && args[i+1] == value {
				return true
			}
		}
		return false
	}
	var parts []string
	for i := 0; i+1 < len(of); i += 2 {
		if !has(from, of[i], of[i+1]) {
			parts = append(parts, of[i]+" "+of[i+1])
		}
	}
	if parts == nil {
		return "nothing in its place"
	}
	return strings.Join(parts, " ")
}
