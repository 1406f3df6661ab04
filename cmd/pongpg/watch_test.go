package main

import (
	"bytes"
	"image/gif"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFilm writes films of a run: they last as long as the game, are written as a whole or
// not at all, and over another only if asked for.
func TestFilm(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, with([]string{"train", "--run", "r", "--updates", "1"}, tiny...)...)
	out := succeed(t, dir, "watch", "r", "-o", "a.gif", "--seconds", "5", "--scale", "1").stdout
	lines := words(out)
	if !slices.Contains(lines, "played update 1 of r") || !strings.Contains(out, "300 frames") || !strings.Contains(out, "160x210 pixels, 5s") {
		t.Errorf("it says %s", out)
	}
	file, err := os.ReadFile(filepath.Join(dir, "a.gif"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	hundredths := 0
	for _, delay := range g.Delay {
		hundredths += delay
	}
	if hundredths != 500 || g.Config.Width != 160 || g.Config.Height != 210 {
		t.Errorf("%d×%d pixels, %d hundredths", g.Config.Width, g.Config.Height, hundredths)
	}

	pongpg(t, dir, "watch", "r", "-o", "a.gif", "--seconds", "1").fail(t, statusError, "a.gif", "--force")
	if again, err := os.ReadFile(filepath.Join(dir, "a.gif")); err != nil || !bytes.Equal(again, file) {
		t.Error("the film that was there is another", err)
	}
	succeed(t, dir, "watch", "-o", "a.gif", "r", "--force", "--seconds", "5", "--scale", "1", "--seed", "1")
	if again, err := os.ReadFile(filepath.Join(dir, "a.gif")); err != nil || !bytes.Equal(again, file) {
		t.Error("the same film is another", err)
	}
	// The same checkpoint, as a file; faster, with a panel, as a PNG.
	succeed(t, dir, "watch", filepath.Join("r", "checkpoints", "checkpoint-000000001.safetensors"), "-o", "b.png", "--points", "1", "--panel", "--greedy", "--speed", "4")
	if png, err := os.ReadFile(filepath.Join(dir, "b.png")); err != nil || !bytes.Contains(png[:100], []byte("acTL")) {
		t.Error("the PNG does not move", err)
	}
	// An episode that eval has played, too.
	eval := succeed(t, dir, "eval", "--checkpoint", "r", "--episodes", "1", "--seed", "3").stdout
	watched := words(succeed(t, dir, "watch", "r", "-o", "c.gif", "--seed", "3", "--scale", "1").stdout)
	if last := watched[len(watched)-1]; !strings.Contains(eval, strings.TrimPrefix(last, "1 episode: ")+" … ") {
		t.Errorf("watched %q, and eval says %s", last, eval)
	}
	// What is no run, or has no checkpoint yet.
	if err := os.MkdirAll(filepath.Join(dir, "runs", "begun", "checkpoints"), 0o777); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(dir, "r", "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	begun := filepath.Join("runs", "begun")
	if err := os.WriteFile(filepath.Join(dir, begun, "config.json"), config, 0o666); err != nil {
		t.Fatal(err)
	}
	for line, says := range map[string][]string{
		"watch runs/begun -o e.gif":   {"no checkpoint", "wait for the first one"},
		"weights runs/begun -o e.png": {"no checkpoint", "wait for the first one"},
		"watch runs -o e.gif":         {"directory of runs", begun},
		"weights runs -o e.png":       {"directory of runs", begun},
		"plot runs -o e.png":          {"directory of runs", filepath.Join("runs", "*")},
		"plot nosuch -o e.png":        {"nosuch does not exist", "check the path"},
		"watch nosuch -o e.gif":       {"nosuch", "check the path"},
	} {
		r := pongpg(t, dir, strings.Fields(line)...)
		if r.fail(t, statusError, says...); strings.Contains(r.stderr, "--run") {
			t.Errorf("%s: it says %s", line, r.stderr)
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "runs")); err != nil {
		t.Fatal(err)
	}
	c := command(dir, []string{"PATH=" + dir}, "watch", "r", "-o", "d.mp4", "--seconds", "1")
	finish(t, c).fail(t, statusError, "ffmpeg", "install it", ".gif")
	pongpg(t, dir, "watch", "r").fail(t, statusError, "not a terminal", "pongpg watch r -o game.gif")
	if got := files(t, dir); slices.ContainsFunc(got, func(name string) bool {
		return !strings.HasPrefix(name, "r") && !slices.Contains([]string{"a.gif", "b.png", "c.gif"}, name)
	}) {
		t.Errorf("left behind: %q", got)
	}
}
