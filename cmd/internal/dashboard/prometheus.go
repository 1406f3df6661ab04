package dashboard

import (
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"strings"

	"pongpg/trainer"
)

// A series is a quantity as Prometheus has it.
type series struct {
	name, kind, help string
	of               func(*trainer.Metrics) float64
}

var exported = []series{
	{"pongpg_updates_total", "counter", "Updates made.", func(m *trainer.Metrics) float64 { return float64(m.Update) }},
	{"pongpg_decisions_total", "counter", "Decisions learned from.", func(m *trainer.Metrics) float64 { return float64(m.GlobalStep) }},
	{"pongpg_episodes_total", "counter", "Episodes that have ended.", func(m *trainer.Metrics) float64 { return float64(m.Episodes) }},
	{"pongpg_training_seconds_total", "counter", "Time of training, over all resumptions.", func(m *trainer.Metrics) float64 { return m.ElapsedSeconds }},
	{"pongpg_decisions_per_second", "gauge", "Decisions a second in the last update.", func(m *trainer.Metrics) float64 { return m.SPS }},
	{"pongpg_episodic_return", "gauge", "Mean return of the last 100 episodes, in points.", func(m *trainer.Metrics) float64 { return float64(m.EpisodicReturn) }},
	{"pongpg_episode_length", "gauge", "Mean length of the last 100 episodes, in decisions.", func(m *trainer.Metrics) float64 { return float64(m.EpisodeLength) }},
	{"pongpg_running_reward", "gauge", "Running mean of returns, as the 2016 post has it.", func(m *trainer.Metrics) float64 { return float64(m.RunningReward) }},
	{"pongpg_entropy_nats", "gauge", "Entropy of the policy.", func(m *trainer.Metrics) float64 { return m.Entropy }},
	{"pongpg_kl_nats", "gauge", "KL divergence of the last update.", func(m *trainer.Metrics) float64 { return m.KL }},
	{"pongpg_gradient_norm", "gauge", "Norm of the gradient.", func(m *trainer.Metrics) float64 { return m.GradientNorm }},
	{"pongpg_weight_norm", "gauge", "Norm of the weights.", func(m *trainer.Metrics) float64 { return m.WeightNorm }},
	{"pongpg_dead_units_ratio", "gauge", "Fraction of hidden units that are never active.", func(m *trainer.Metrics) float64 { return m.DeadUnits }},
	{"pongpg_learning_rate", "gauge", "Learning rate.", func(m *trainer.Metrics) float64 { return m.LearningRate }},
}

// labelText escapes a label's value as the text format asks (Prometheus, exposition formats,
// version 0.0.4).
var labelText = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// servePrometheus answers with the last update of each run, and what the server does.
func (s *Server) servePrometheus(w http.ResponseWriter, _ *http.Request) {
	type point struct {
		labels string
		last   trainer.Metrics
		age    float64
	}
	var points []point
	for _, x := range s.runs.list() {
		rows, _, date, _ := x.tail.rowsNow()
		if len(rows) == 0 {
			continue
		}
		seed := "" // as the recipe of a run whose config.json cannot be read
		c, err := x.config()
		if err == nil {
			seed = strconv.FormatUint(c.Seed, 10)
		}
		labels := fmt.Sprintf(`{run="%s",recipe="%s",seed="%s"}`, labelText.Replace(x.name), labelText.Replace(c.Recipe), seed)
		points = append(points, point{labels, rows[len(rows)-1], float64(date.UnixMilli()) / 1000})
	}
	var b strings.Builder
	head := func(name, kind, help string) { fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %[1]s %[3]s\n", name, help, kind) }
	value := func(name, labels string, x float64) {
		if !math.IsNaN(x) {
			b.WriteString(name + labels + " " + strconv.FormatFloat(x, 'g', -1, 64) + "\n")
		}
	}
	for _, q := range exported {
		head(q.name, q.kind, q.help)
		for i := range points {
			value(q.name, points[i].labels, q.of(&points[i].last))
		}
	}
	head("pongpg_metrics_timestamp_seconds", "gauge", "When a run's metrics were last written, Unix time.")
	for i := range points {
		value("pongpg_metrics_timestamp_seconds", points[i].labels, points[i].age)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	for _, own := range []struct {
		name, help string
		x          float64
	}{
		{"pongpg_dashboard_connections", "Connections to the dashboard.", float64(s.listener.(*limited).open.Load())},
		{"pongpg_dashboard_watched_runs", "Runs whose policy plays for somebody.", float64(s.stages.count())},
		{"pongpg_dashboard_matches", "Games that people play.", float64(len(s.matches))},
		{"pongpg_goroutines", "Goroutines of the process.", float64(runtime.NumGoroutine())},
		{"pongpg_memory_bytes", "Memory that the process has from the system.", float64(memory.Sys)},
	} {
		head(own.name, "gauge", own.help)
		value(own.name, "", own.x)
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write([]byte(b.String())) // to a browser that may have gone
}

func (a *stages) count() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return len(a.open)
}
