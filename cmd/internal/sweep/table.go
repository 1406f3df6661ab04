package sweep

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"pongpg/cmd/internal/format"
)

// Table returns the results for people. A setting with several seeds has a line of means, and
// one for each seed below it.
func (p *Plan) Table(groups []*Group) string {
	head := []string{"setting", "seed", "status", "decisions", "seconds", "return", "best"}
	for _, wanted := range p.Reach {
		head = append(head, "to "+returnName(wanted))
	}
	rows := [][]string{head}
	for _, g := range groups {
		name := g.Setting
		if len(g.Results) > 1 {
			rows = append(rows, g.row())
			name = ""
		}
		for _, r := range g.Results {
			row := []string{name, strconv.FormatUint(r.Run.Config.Seed, 10), r.Status, "–", "–", format.Return(r.Return), format.Return(r.Best)}
			if r.metrics != nil {
				row[3], row[4] = format.Short(float64(r.Decisions)), secondsText(r.Seconds)
			}
			rows = append(rows, append(row, reachTexts(r.Reached)...))
		}
	}
	return format.Table(rows)
}

// row returns the line of a setting's means.
func (g *Group) row() []string {
	seeds := fmt.Sprintf("%d seeds", len(g.Results))
	if g.Ended < len(g.Results) {
		seeds = fmt.Sprintf("%d of %s", g.Ended, seeds)
	}
	mean := format.Return(g.Mean)
	if !math.IsNaN(g.StandardError) {
		mean += fmt.Sprintf(" ± %.2f", g.StandardError)
	}
	return append([]string{g.Setting, seeds, "", "", "", mean, format.Return(g.Best)}, reachTexts(g.Reached)...)
}

// returnName writes a return to be reached: "0", "+10".
func returnName(x float64) string {
	if x == 0 {
		return "0"
	}
	return fmt.Sprintf("%+g", x)
}

func secondsText(s float64) string {
	if s < 100 {
		return fmt.Sprintf("%.1f", s)
	}
	return fmt.Sprintf("%.0f", s)
}

func reachTexts(reached []Reach) []string {
	var texts []string
	for _, r := range reached {
		text := "–"
		if !math.IsNaN(r.Decisions) {
			text = fmt.Sprintf("%s, %s s", format.Short(r.Decisions), secondsText(r.Seconds))
		}
		texts = append(texts, text)
	}
	return texts
}

// WriteCSV writes the results for programs: a line a run, in the table's order, with the means of
// its setting at the end. What there is none of is empty.
func (p *Plan) WriteCSV(w io.Writer, groups []*Group) error {
	out := csv.NewWriter(w)
	head := []string{"run"}
	for _, flag := range p.searched {
		if flag != "seed" {
			head = append(head, flag)
		}
	}
	head = append(head, "seed", "status", "decisions", "seconds", "return", "best")
	for _, wanted := range p.Reach {
		name := strconv.FormatFloat(wanted, 'g', -1, 64)
		head = append(head, "decisions_to_"+name, "seconds_to_"+name)
	}
	head = append(head, "setting_seeds", "setting_return", "setting_return_standard_error", "error")
	rows := [][]string{head}
	for _, g := range groups {
		for _, r := range g.Results {
			rows = append(rows, r.csv(g))
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	return out.Error()
}

func (r *Result) csv(g *Group) []string {
	row := []string{r.Run.Name}
	for _, x := range r.Run.params {
		if x.flag != "seed" {
			row = append(row, x.value)
		}
	}
	decisions, seconds := math.NaN(), math.NaN()
	if r.metrics != nil {
		decisions, seconds = float64(r.Decisions), r.Seconds
	}
	row = append(row, strconv.FormatUint(r.Run.Config.Seed, 10), r.Status, csvNumber(decisions), csvNumber(seconds), csvNumber(r.Return), csvNumber(r.Best))
	for _, reached := range r.Reached {
		row = append(row, csvNumber(reached.Decisions), csvNumber(reached.Seconds))
	}
	return append(row, strconv.Itoa(g.Ended), csvNumber(g.Mean), csvNumber(g.StandardError), r.Why)
}

func csvNumber(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
