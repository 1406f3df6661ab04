package dashboard

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPrometheus reads what is exported as the text format asks, and compares it with the run.
func TestPrometheus(t *testing.T) {
	dir := t.TempDir()
	const name = `a "run" \ here`
	trained(t, filepath.Join(dir, name), 4)
	s := serving(t, "localhost:0", nil, dir)
	answer, text := get(t, s, "/metrics")
	if got := answer.Header.Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("content type %s", got)
	}
	sample := regexp.MustCompile(`^([a-z_]+)((?:\{(?:[a-z]+="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)*\})?) (-?[0-9.e+-]+)$`)
	helped, typed, values := "", "", map[string]float64{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "# HELP "):
			helped = strings.Fields(line)[2]
		case strings.HasPrefix(line, "# TYPE "):
			fields := strings.Fields(line)
			typed = fields[2]
			if helped != typed || fields[3] != "gauge" && fields[3] != "counter" || (fields[3] == "counter") != strings.HasSuffix(typed, "_total") {
				t.Errorf("%s", line)
			}
		default:
			m := sample.FindStringSubmatch(line)
			if m == nil || m[1] != typed {
				t.Fatalf("not a line of the format: %s", line)
			}
			x, err := strconv.ParseFloat(m[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			if m[2] != "" && m[2] != `{run="a \"run\" \\ here",recipe="fast",seed="3"}` {
				t.Errorf("labels %s", m[2])
			}
			values[m[1]] = x
		}
	}
	last := only(t, s).Last
	for name, want := range map[string]float64{
		"pongpg_updates_total": 4, "pongpg_decisions_total": 4 * 512, "pongpg_entropy_nats": last.Entropy, "pongpg_kl_nats": last.KL,
		"pongpg_training_seconds_total": last.ElapsedSeconds, "pongpg_weight_norm": last.WeightNorm, "pongpg_decisions_per_second": last.SPS,
		"pongpg_dashboard_matches": 0,
	} {
		if got, ok := values[name]; !ok || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if _, there := values["pongpg_episodic_return"]; there {
		t.Error("a return of no episode")
	}
	if values["pongpg_memory_bytes"] < 1e6 || values["pongpg_dashboard_connections"] < 1 {
		t.Errorf("%v bytes, %v connections", values["pongpg_memory_bytes"], values["pongpg_dashboard_connections"])
	}
}
