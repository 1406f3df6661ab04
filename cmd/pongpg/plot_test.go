package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPlot draws runs, in whatever order the arguments come, and the same bytes each time.
func TestPlot(t *testing.T) {
	dir := t.TempDir()
	for _, run := range []string{"a", "b"} {
		succeed(t, dir, with([]string{"train", "--run", run, "--updates", "5"}, append(tiny[:len(tiny)-1:len(tiny)-1], map[string]string{"a": "1", "b": "2"}[run])...)...)
	}
	var first []byte
	for i, line := range []string{
		"plot a b -o x.svg --group --y entropy,kl --x updates --width 20",
		"plot --y entropy,kl --group a --x updates b --output=x.svg --width 20",
		"plot --group -o x.svg --x updates --y entropy,kl --width 20 -- a b",
	} {
		succeed(t, dir, strings.Fields(line)...)
		text, err := os.ReadFile(filepath.Join(dir, "x.svg"))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = text
		}
		if !bytes.Equal(text, first) {
			t.Errorf("%s writes something else", line)
		}
	}
	before := files(t, dir)
	for line, parts := range map[string][]string{
		// No game of so few decisions has ended.
		"plot a b -o y.png":                             {"no finished episode", "--y entropy"},
		"plot a a -o y.png --y kl":                      {"there twice"},
		"plot a a -o y.png --y kl --group":              {"count twice"},
		"plot a b -o nowhere/y.png --y kl":              {"nowhere/y.png", "check the path"},
		"plot a b -o y.png --y kl --width 3":            {"too small", "--width"},
		"plot a b -o y.pdf --y kl --title 学习":           {"学习", ".svg"},
		"plot a b -o a --y kl --title none":             {"-o a", ".png, .svg or .pdf"},
		"plot a b --labels one -o y.png --y entropy,kl": {"--labels has 1 names for 2 lines"},
	} {
		r := pongpg(t, dir, strings.Fields(line)...)
		if r.status == 0 {
			t.Errorf("%s succeeds", line)
		}
		r.says(t, parts...)
	}
	if after := files(t, dir); !slices.Equal(after, before) {
		t.Errorf("files %q, before %q", after, before)
	}
}
