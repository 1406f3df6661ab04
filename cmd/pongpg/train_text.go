package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/session"
	"pongpg/trainer"
)

// table returns the configuration of a run.
func (f *trainFlags) table(s *session.Session, device string) string {
	config := s.Trainer.Config()
	start := "anew"
	if s.Init != "" {
		start = "anew, with the weights of " + s.Init
	}
	if s.From != nil {
		start = fmt.Sprintf("from %s (%s decisions)", s.From.Path, format.Count(s.Trainer.Progress().GlobalStep))
	}
	rows := [][]string{
		{"pongpg", versionName()},
		{"run", s.Dir.Dir()},
		{"start", start},
		{"device", device},
		{"until", s.Limits.String()},
		{"checkpoint", fmt.Sprintf("every %v, the last %d and the best kept", f.checkpointInterval, f.keep)},
		{"recipe", config.Recipe},
		{"seed", fmt.Sprint(config.Seed)},
	}
	if f.dashboard != nil {
		rows = slices.Insert(rows, 4, []string{"dashboard", f.dashboard.URL()})
	}
	recipe, err := trainer.Recipe(config.Recipe)
	if err != nil {
		panic(err) // the trainer has checked it
	}
	for _, field := range hyperFields() {
		if !applies(field, &config) {
			continue
		}
		text, usual := fieldText(&config, field.Index), fieldText(&recipe, field.Index)
		row := []string{field.Tag.Get("flag"), text}
		if text != usual {
			row[1] += fmt.Sprintf(" (recipe: %s)", usual)
		}
		rows = append(rows, row)
	}
	return format.Table(rows)
}

// applies reports whether a field of a Config means anything: the help of one that only some
// algorithms, networks or optimizers have begins with their names and a colon.
func applies(field reflect.StructField, c *trainer.Config) bool {
	names, _, found := strings.Cut(field.Tag.Get("help"), ": ")
	if !found {
		return true
	}
	has := false
	for name := range strings.SplitSeq(names, ", ") {
		switch strings.ToLower(name) {
		case c.Algorithm, c.Network, c.Optimizer:
			has = true
		case trainer.A2C, trainer.PPO, trainer.TRPO, trainer.CEM, "mlp", "conv", trainer.Adam, trainer.RMSProp:
		default: // a colon in a sentence
			return true
		}
	}
	return has
}

// summary returns what came of a run.
func (f *trainFlags) summary(s *session.Session, end trainer.Metrics) string {
	rows := [][]string{
		{"updates", format.Count(end.Update)},
		{"decisions", format.Count(end.GlobalStep)},
		{"episodes", format.Count(end.Episodes)},
		{"mean return", format.Return(float64(end.EpisodicReturn)) + " (last 100 episodes)"},
		{"running reward", format.Return(float64(end.RunningReward))},
		{"training time", fmt.Sprintf("%s (%s decisions/s)", format.Duration(time.Duration(end.ElapsedSeconds*float64(time.Second))), format.Short(float64(end.GlobalStep)/max(end.ElapsedSeconds, 1e-9)))},
		{"run", s.Dir.Dir()},
	}
	if f.moved != "" {
		rows = append(rows, []string{"device", f.moved})
	}
	return format.Table(rows)
}
