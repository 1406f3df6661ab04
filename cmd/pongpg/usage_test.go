package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pongpg/cmd/internal/arena"
	"pongpg/trainer"
)

// TestImpossibleCommandLines holds every command line that cannot be meant to its one
// line on standard error, its exit status, and to leaving nothing behind.
func TestImpossibleCommandLines(t *testing.T) {
	for _, test := range []struct {
		line  string
		parts []string // of the error: the value, and the choices
	}{
		{"fly", []string{`"fly"`, "train, sweep, eval, watch, play, export, import, plot, weights, serve, trace, bench, devices, parity, version"}},
		{"trian", []string{`"trian"`, "did you mean train?"}},
		{"help fly", []string{`"fly"`, "train, sweep, eval, watch, play, export, import, plot, weights, serve, trace, bench, devices, parity, version"}},
		{"--fast", []string{"--fast", "pongpg --help"}},
		{"train fast", []string{`"fast"`, "pongpg train --help"}},
		{"train --envz 3", []string{"--envz", "did you mean --envs?"}},
		{"train --learning-rate 3", []string{"--learning-rate", "pongpg train --help"}},
		{"train --envs", []string{"--envs needs a value"}},
		{"train --recipe slow", []string{`"slow"`, "fast, karpathy"}},
		{"train --seed -1", []string{`--seed "-1"`, "from 0 to"}},
		{"train --seed 1.5", []string{`--seed "1.5"`, "from 0 to"}},
		{"train --preset Pong-v9", []string{`"Pong-v9"`, "Pong-v0", "Pong-v4", "PongDeterministic-v4", "PongNoFrameskip-v4", "ALE/Pong-v5"}},
		{"train --actions 4", []string{"--actions 4", "2 (up, down)", "3 (noop, up, down)", "6 (Atari's minimal set)"}},
		{"train --hidden 0", []string{"--hidden 0", "1 … "}},
		{"train --hidden 1000000", []string{"--hidden 1e+06", "1 … "}},
		{"train --envs 0", []string{"--envs 0", "1 … "}},
		{"train --envs many", []string{`--envs "many"`, "whole number"}},
		{"train --envs 2.5", []string{`--envs "2.5"`, "whole number"}},
		{"train --batch-decisions 0", []string{"--batch-episodes", "--batch-decisions"}},
		{"train --batch-episodes 10", []string{"--batch-episodes", "--batch-decisions"}},
		{"train --batch-decisions -5", []string{"--batch-decisions -5", "0 … "}},
		{"train --gamma NaN", []string{"--gamma NaN", "0 … 1"}},
		{"train --gamma 1.01", []string{"--gamma 1.01", "0 … 1"}},
		{"train --gamma high", []string{`--gamma "high"`, "not a number"}},
		{"train --standardize all", []string{`"all"`, "episode, batch, none"}},
		{"train --standardize episode", []string{"--standardize episode", "--batch-episodes"}},
		{"train --reduce max", []string{`"max"`, "sum, mean"}},
		{"train --entropy -1", []string{"--entropy -1", "0 … 100"}},
		{"train --lr -0.1", []string{"--lr -0.1", "1e-12 … 100"}},
		{"train --lr Inf", []string{"--lr +Inf", "1e-12 … 100"}},
		{"train --lr 1e999", []string{"--lr +Inf", "1e-12 … 100"}},
		{"train --lr-final 0", []string{"--lr-final 0", "1e-12 … 100"}},
		{"train --lr-updates -1", []string{"--lr-updates -1", "0 … "}},
		{"train --decay 2", []string{"--decay 2", "0 … 1"}},
		{"train --optimizer sgd", []string{`"sgd"`, "rmsprop, adam"}},
		{"train --beta1 1", []string{"--beta1 1", "0 … 0.999999"}},
		{"train --beta2 NaN", []string{"--beta2 NaN", "0 … 0.999999"}},
		{"train --l2 -1", []string{"--l2 -1", "0 … 100"}},
		{"train --clip -1", []string{"--clip -1", "0 … 1e+30"}},
		{"train --clip 1e-40", []string{"--clip 1e-40", "0, for none", "1e-30 … 1e+30"}},
		{"train --permute-pixels -1", []string{"--permute-pixels -1", "0 … "}},
		{"train --resume x --optimizer adam", []string{"--optimizer", "--resume"}},
		{"train --epsilon 0", []string{"--epsilon 0", "1e-30 … 100"}},
		{"train --blur 80", []string{"--blur 80", "0 … 79"}},
		{"train --blur-final -1", []string{"--blur-final -1", "0 … 79"}},
		{"train --blur-updates -1", []string{"--blur-updates -1", "0 … "}},
		{"train --init-blur 80", []string{"--init-blur 80", "0 … 79"}},
		{"train --algorithm dqn", []string{`"dqn"`, "reinforce, a2c, ppo, trpo, cem"}},
		{"train --network rnn", []string{`"rnn"`, "mlp, conv"}},
		{"train --network conv --filters 16x8", []string{`"16x8"`, "16@8/4"}},
		{"train --network conv --filters 4@81/1", []string{"4@81/1", "80×80"}},
		{"train --network conv --filters=", []string{"--filters", "16@8/4"}},
		{"train --input one", []string{`"one"`, "difference, both"}},
		{"train --input difference", []string{"--baseline situation", "--input both"}},
		{"train --baseline table", []string{`"table"`, "none, situation"}},
		{"train --credit all", []string{`"all"`, "point, hit, next"}},
		{"train --schedule 0:1:1", []string{`"0:1:1"`, "DECISIONS:BATCH:LR:ENTROPY"}},
		{"train --schedule 5:1e4:1e-3:.01", []string{"--schedule", "begin at decision 0"}},
		{"train --schedule 0:1e4:1e-3:.01 --lr 1e-3", []string{"--lr", "--schedule"}},
		{"train --recipe ppo --baseline situation --standardize none", []string{"ppo", "--baseline none"}},
		{"train --recipe a2c --passes 2", []string{"a2c", "--passes 1"}},
		{"train --recipe ppo --batch-episodes 3 --batch-decisions 0", []string{"ppo", "--batch-decisions"}},
		{"train --recipe cem --hidden 20", []string{"cem", "--hidden 3"}},
		{"train --recipe cem --elite 200", []string{"--elite 200", "1 … 100"}},
		{"train --kl-limit 0", []string{"--kl-limit 0", "1e-09"}},
		{"train --updates 0", []string{"--updates 0", "above 0"}},
		{"train --updates -3", []string{"--updates -3", "above 0"}},
		{"train --decisions 0", []string{"--decisions 0", "above 0"}},
		{"train --decisions 300M", []string{`--decisions "300M"`, "5e4"}},
		{"train --time 0s", []string{"--time 0s", "above 0"}},
		{"train --time 10", []string{`--time "10"`, "10m"}},
		{"train --until-return NaN", []string{"--until-return NaN", "-21 … 21"}},
		{"train --until-return 22", []string{"--until-return 22", "-21 … 21"}},
		{"train --workers 0", []string{"--workers 0", "1 … 4096"}},
		{"train --workers -1", []string{"--workers -1", "1 … 4096"}},
		{"train --workers 5000", []string{"--workers 5000", "1 … 4096"}},
		{"train --device tpu", []string{`"tpu"`, "auto, cpu, cuda"}},
		{"train --isa mmx", []string{`"mmx"`, `"go"`}},
		{"train --keep 0", []string{"--keep 0", "1 … "}},
		{"train --checkpoint-interval 0s", []string{"--checkpoint-interval 0s", "above 0"}},
		{"train --checkpoint-interval -1s", []string{"--checkpoint-interval -1s", "above 0"}},
		{"train --checkpoint-interval soon", []string{`--checkpoint-interval "soon"`, "90s"}},
		{"train --status-interval 0s", []string{"--status-interval 0s", "above 0"}},
		{"train --run=", []string{"--run", "path"}},
		{"train --resume=", []string{"--resume", "path"}},
		{"train --resume x --run y", []string{"--run", "--resume"}},
		{"train --resume x --recipe fast", []string{"--recipe", "--resume"}},
		{"train --resume x --seed 2", []string{"--seed", "--resume"}},
		{"train --resume x --lr 0.1", []string{"--lr", "--resume"}},
		{"eval", []string{"--checkpoint", "run's directory"}},
		{"eval --checkpoint x --episodes 0", []string{"--episodes 0", "1 … "}},
		{"eval --checkpoint x --episodes -1", []string{"--episodes -1", "1 … "}},
		{"eval --checkpoint x --preset Pong", []string{`"Pong"`, "Pong-v0", "ALE/Pong-v5"}},
		{"eval --checkpoint x --seed x", []string{`--seed "x"`, "from 0 to"}},
		{"eval --checkpoint x --greedy=maybe", []string{`--greedy "maybe"`, "true, false"}},
		{"eval --checkpoint x --workers 0", []string{"--workers 0", "1 … 4096"}},
		{"eval --checkpoint x --device gpu", []string{`"gpu"`, "auto, cpu, cuda"}},
		{"eval x", []string{`"x"`, "pongpg eval --help"}},
		{"watch", []string{"run's directory", "checkpoint file"}},
		{"watch x y", []string{`"y"`, "pongpg watch --help"}},
		{"watch x --episodes 0", []string{"--episodes 0", "1 … "}},
		{"watch x --points -1", []string{"--points -1", "1 … "}},
		{"watch x --seconds 0", []string{"--seconds 0", "0.02 … "}},
		{"watch x --seconds NaN", []string{"--seconds NaN", "0.02 … "}},
		{"watch x --speed 3", []string{"--speed 3", "1/8", "16"}},
		{"watch x --seed -1", []string{`--seed "-1"`, "from 0 to"}},
		{"watch x --scale 9 -o a.gif", []string{"--scale 9", "1 … 8"}},
		{"watch x --panel", []string{"--panel", "-o"}},
		{"watch x -o=", []string{"-o", "game.gif"}},
		{"watch x -o a.mov", []string{"a.mov", ".gif, .apng, .png (animated) and .mp4"}},
		{"play x y", []string{`"y"`, "pongpg play --help"}},
		{"play --speed 0", []string{"--speed 0", "1/8", "16"}},
		{"train --init=", []string{"--init", "path"}},
		{"train --resume x --init y", []string{"--init", "--resume"}},
		{"export", []string{"--checkpoint", "run's directory"}},
		{"export --checkpoint x", []string{"-o", "file"}},
		{"export --checkpoint x -o y", []string{"-o y", "--format safetensors, npz, pickle or onnx"}},
		{"export --checkpoint x -o y.npz --format h5", []string{`"h5"`, "safetensors, npz, pickle, onnx"}},
		{"export x", []string{`"x"`, "pongpg export --help"}},
		{"import", []string{"FILE"}},
		{"import x", []string{"-o", "run's directory"}},
		{"import x y -o z", []string{`"y"`, "one FILE"}},
		{"import x -o z y --envs 5", []string{`"y"`, "one FILE"}},
		{"import x -o z --envs 0", []string{"--envs 0", "1 … "}},
		{"import -o z --recipe slow x", []string{`"slow"`, "fast, karpathy"}},
		{"plot", []string{"RUN"}},
		{"plot x", []string{"-o", ".png, .svg or .pdf"}},
		{"plot x -o y.gif", []string{"y.gif", ".png, .svg or .pdf"}},
		{"plot x -o y", []string{"-o y", ".png, .svg or .pdf"}},
		{"plot -o y.png x --y score", []string{`"score"`, "return, length, entropy, kl, sps"}},
		{"plot x --x episodes -o y.png", []string{`"episodes"`, "decisions, seconds, updates"}},
		{"plot x -o y.png --y return,return", []string{`"return"`, "twice"}},
		{"plot x -o y.png --smooth 0", []string{"--smooth 0", "1 … 10000"}},
		{"plot x -o y.png --width 1", []string{"--width 1", "2 … 200"}},
		{"plot x -o y.png --height NaN", []string{"--height NaN", "2 … 200"}},
		{"plot x -o y.png --dpi 5", []string{"--dpi 5", "20 … 2400"}},
		{"plot x -o y.png --envz 5", []string{"--envz", "pongpg plot --help"}},
		{"serve", []string{"DIR"}},
		{"serve x --http nowhere", []string{`"nowhere"`, "HOST:PORT", "localhost:8080"}},
		{"serve x --http localhost:99999", []string{`"localhost:99999"`, "HOST:PORT"}},
		{"serve x --port 5", []string{"--port", "pongpg serve --help"}},
		{"train --http=", []string{`""`, "HOST:PORT"}},
		{"train --http localhost:x", []string{`"localhost:x"`, "HOST:PORT"}},
		{"sweep", []string{"FILE"}},
		{"sweep x y", []string{`"y"`, "one FILE"}},
		{"sweep x -o=", []string{"--output", "directory"}},
		{"sweep x --workers 2", []string{"--workers", "pongpg sweep --help"}},
		{"weights", []string{"RUN or CHECKPOINT"}},
		{"weights x", []string{"-o", ".png, .gif or .apng"}},
		{"weights x y -o z.png", []string{`"y"`, "one RUN or CHECKPOINT"}},
		{"weights x -o z", []string{"-o z", ".png", ".gif", ".apng"}},
		{"weights x -o z.png --units 0", []string{`--units "0"`, "'all'"}},
		{"weights x -o z.png --units few", []string{`--units "few"`, "'all'"}},
		{"weights x -o z.png --scale 0", []string{"--scale 0", "1 … 64"}},
		{"weights x -o z.gif --frames 1", []string{"--frames 1", "2 or more"}},
		{"trace", []string{"--actions", "standard input"}},
		{"trace actions.txt", []string{`"actions.txt"`, "pongpg trace --help"}},
		{"eval --checkpoint x --device cuda:x", []string{`"cuda:x"`, "pongpg devices"}},
		{"bench --device gpu", []string{`"gpu"`, "auto, cpu, cuda, cuda:N, sim"}},
		{"parity --device auto", []string{`"auto"`, "cpu, cuda, cuda:N, sim"}},
		{"parity --against sim", []string{`"sim"`, "cpu, cuda, cuda:N"}},
		{"parity --device sim --against cuda", []string{"--against cuda", "--device sim"}},
		{"parity --updates 0", []string{"--updates 0", "above 0"}},
		{"parity --workers 0", []string{"--workers 0", "1 … 4096"}},
		{"parity --envs 0", []string{"--envs 0", "1 … "}},
		{"devices all", []string{`"all"`, "pongpg devices --help"}},
		{"bench --seconds 0", []string{"--seconds 0", "above 0"}},
		{"bench --seconds NaN", []string{"--seconds NaN", "above 0"}},
		{"bench --workers 0", []string{"--workers 0", "1 … 4096"}},
		{"bench --isa mmx", []string{`"mmx"`, `"go"`}},
		{"version 2", []string{`"2"`}},
	} {
		t.Run(test.line, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := pongpg(t, dir, strings.Fields(test.line)...)
			r.fail(t, statusUsage, test.parts...)
			if r.stdout != "" {
				t.Errorf("stdout: %s", r.stdout)
			}
			if left := files(t, dir); left != nil {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// TestFailures holds commands that are possible, but not here, to the same.
func TestFailures(t *testing.T) {
	for _, test := range []struct {
		line  string
		parts []string
	}{
		{"train --resume nowhere", []string{"nowhere", "does not exist"}},
		{"eval --checkpoint nowhere", []string{"nowhere", "check the path"}},
		{"watch nowhere", []string{"nowhere", "check the path"}},
		{"watch nowhere -o a.gif", []string{"nowhere", "check the path"}},
		{"play nowhere", []string{"nowhere", "check the path"}},
		{"play", []string{"not a terminal", "run it in one"}},
		{"export --checkpoint nowhere -o w.npz", []string{"nowhere", "check the path"}},
		{"train --init nowhere", []string{"nowhere", "check the path"}},
		{"train --device cuda", []string{"no NVIDIA GPU", "--device cpu"}},
		{"parity", []string{"no NVIDIA GPU", "--device sim"}},
		{"train --record /dev/null/x", []string{"--record /dev/null/x", "not a directory", "can be written"}},
		{"train --cpuprofile nowhere/x", []string{"--cpuprofile", "nowhere/x", "can be written"}},
		{"sweep nowhere", []string{"nowhere", "check the path"}},
		{"serve nowhere --http localhost:0", []string{"nowhere", "name runs' directories"}},
		{"plot nowhere -o x.png", []string{"nowhere", "does not exist"}},
		{"trace --actions nowhere", []string{"nowhere", "standard input"}},
	} {
		t.Run(test.line, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			pongpg(t, dir, strings.Fields(test.line)...).fail(t, statusError, test.parts...)
			if left := files(t, dir); left != nil {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// TestHelp holds the help to naming every hyperparameter with the recipes' defaults.
func TestHelp(t *testing.T) {
	for _, line := range []string{"", "--help", "help"} {
		if r := succeed(t, t.TempDir(), strings.Fields(line)...); !strings.Contains(r.stdout, "train") || strings.Count(r.stdout, "\n") > 30 {
			t.Errorf("pongpg %s: not a short help: %s", line, r.stdout)
		}
	}
	help := succeed(t, t.TempDir(), "train", "--help").stdout
	if same := succeed(t, t.TempDir(), "help", "train").stdout; same != help {
		t.Errorf("help train says %s", same)
	}
	line := func(flag string) string {
		for line := range strings.Lines(help) {
			if strings.Contains(line, "--"+flag+" value ") {
				return line
			}
		}
		t.Errorf("no help for --%s", flag)
		return ""
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[trainer.Config]()) {
		if flag := field.Tag.Get("flag"); flag != "" && !strings.Contains(line(flag), field.Tag.Get("help")) {
			t.Errorf("--%s without its help", flag)
		}
	}
	first, err := trainer.Recipe(trainer.Recipes[0])
	if err != nil {
		t.Fatal(err)
	}
	karpathy, err := trainer.Recipe("karpathy")
	if err != nil {
		t.Fatal(err)
	}
	for flag, defaults := range map[string]string{
		"recipe": fmt.Sprintf("(default: %s)", trainer.Recipes[0]), "seed": "(default: 1)", "gamma": fmt.Sprintf("(default: %v; ", first.Gamma),
		"hidden":         fmt.Sprintf("(default: %d; ", first.Hidden),
		"lr":             fmt.Sprintf("; %v for karpathy", karpathy.LearningRate),
		"batch-episodes": fmt.Sprintf("; %d for karpathy", karpathy.BatchEpisodes),
		"standardize":    fmt.Sprintf("(default: %s; ", first.Standardize),
	} {
		if !strings.Contains(line(flag), defaults) {
			t.Errorf("--%s without %s", flag, defaults)
		}
	}
	for _, flag := range []string{"device", "run", "resume", "init", "updates", "decisions", "time", "until-return", "workers", "record", "checkpoint-interval", "keep", "cpuprofile"} {
		line(flag)
	}
	if !strings.Contains(help, "in decisions: win 150,000,000, fast 300,000,000, karpathy 100,000,000") {
		t.Error("no word of when a run ends by itself")
	}
}

// TestDidYouMean guesses what is near, and nothing else.
func TestDidYouMean(t *testing.T) {
	names := flagNames(watchCommand().Flags)
	for name, want := range map[string]string{
		"seeed": "; did you mean --seed?", "episodse": "; did you mean --episodes?", "greddy": "; did you mean --greedy?",
		"pannel": "; did you mean --panel?", "bogus": "", "x": "", "": "", "learning-rate": "", "colour": "", "of": "",
	} {
		if got := didYouMean(name, names, "--"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestSpeeds takes speeds as they are written in the panel.
func TestSpeeds(t *testing.T) {
	for text, want := range map[string]float64{"1/8": 0.125, "1/4": 0.25, "1/2": 0.5, "0.5": 0.5, "1": 1, "16": 16} {
		if got, err := parseSpeed(text); err != nil || got != want || !arena.CheckSpeed(got) {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"1/3", "fast", ""} {
		if _, err := parseSpeed(text); err == nil {
			t.Errorf("%q is a speed", text)
		}
	}
}
