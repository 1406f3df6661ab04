package arena

import (
	"path/filepath"
	"strings"
	"testing"

	"pongpg/cmd/internal/terminal"
	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
	"pongpg/trainer/compute/cpu"
)

// newRun returns a run's directory with a checkpoint, and what saves another one of other
// weights.
func newRun(t testing.TB, recipe string) (dir string, save func(update int64)) {
	t.Helper()
	config, err := trainer.Recipe(recipe)
	if err != nil {
		t.Fatal(err)
	}
	config.Hidden, config.Envs, config.Preset = 16, 4, "PongDeterministic-v4"
	dir = filepath.Join(t.TempDir(), "try")
	run, err := checkpoint.Create(dir, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Close() })
	b, err := cpu.New(cpu.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	save = func(update int64) {
		t.Helper()
		config.Seed = uint64(update)
		tr, err := trainer.New(config, b)
		if err != nil {
			t.Fatal(err)
		}
		f, err := tr.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Save(update, f, false); err != nil {
			t.Fatal(err)
		}
	}
	save(0)
	return dir, save
}

// newMatch returns a match of a run's agent.
func newMatch(t testing.TB, dir string, person *Person, seed uint64, greedy bool) *Match {
	t.Helper()
	a, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMatch(a, person, seed, greedy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// alone returns a match of a person against the console.
func alone(t testing.TB) *Match {
	t.Helper()
	m, err := NewMatch(nil, NewPerson(), 1, false)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func step(t testing.TB, m *Match) (reward int32) {
	t.Helper()
	reward, err := m.Step()
	if err != nil {
		t.Fatal(err)
	}
	return reward
}

// text returns the letters of cells, a line a row.
func text(c *terminal.Cells) string {
	var b strings.Builder
	for row := range c.Rows {
		for column := range c.Columns {
			b.WriteRune(c.At(column, row).Letter)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
