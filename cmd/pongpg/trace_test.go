package main

import (
	"bufio"
	"compress/gzip"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pongpg/emu"
)

// recorded returns frames recorded from the Arcade Learning Environment, and their
// actions.
func recorded(t *testing.T, name string) (actions, rows string) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "emu", "testdata", name+".csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var a, r strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		action, _, _ := strings.Cut(line, ",")
		a.WriteString(action + "\n")
		r.WriteString(line)
	}
	return a.String(), r.String()
}

// TestTraceRecorded plays recorded actions, from a file and from standard input.
func TestTraceRecorded(t *testing.T) {
	for _, name := range []string{"rand3", "trackfire"} {
		actions, want := recorded(t, name)
		if n := strings.Count(want, "\n"); n != 20_000 {
			t.Fatalf("%d frames of %s, want 20,000", n, name)
		}
		dir := t.TempDir()
		// The last line without its end, and line ends of another system.
		text := strings.ReplaceAll(strings.TrimSuffix(actions, "\n"), "\n", "\r\n")
		if err := os.WriteFile(filepath.Join(dir, "actions"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if got := succeed(t, dir, "trace", "--actions", "actions").stdout; got != want {
			t.Errorf("%s: other frames than recorded", name)
		}
		c := command(dir, nil, "trace", "--actions", "-", "--header")
		c.Stdin = strings.NewReader(actions)
		if r := finish(t, c); r.status != 0 || r.stdout != emu.TraceHeader+"\n"+want {
			t.Errorf("%s from standard input: other frames than recorded; status %d", name, r.status)
		}
	}
}

// TestTraceScreen compares the pictures of the first frames that were recorded with the
// Arcade Learning Environment's (ale-py 0.12.1): given is the CRC-32 of the column that
// its pictures make under the same actions, a line each.
func TestTraceScreen(t *testing.T) {
	const frames = 500
	first := func(lines string) string {
		return strings.Join(strings.SplitAfterN(lines, "\n", frames+1)[:frames], "")
	}
	for name, want := range map[string]uint32{"rand3": 0x91B16AF8, "trackfire": 0x9412BCBA} {
		actions, rows := recorded(t, name)
		c := command(t.TempDir(), nil, "trace", "--actions", "-", "--screen", "--header")
		c.Stdin = strings.NewReader(first(actions))
		r := finish(t, c)
		header, lines, _ := strings.Cut(r.stdout, "\n")
		if r.status != 0 || header != emu.TraceHeader+","+emu.TraceScreenHeader {
			t.Fatalf("%s: status %d, header %q", name, r.status, header)
		}
		var others, screens strings.Builder
		for line := range strings.Lines(lines) {
			comma := strings.LastIndexByte(line, ',')
			others.WriteString(line[:comma] + "\n")
			screens.WriteString(line[comma+1:])
		}
		if others.String() != first(rows) {
			t.Errorf("%s: other frames than recorded", name)
		}
		if got := crc32.ChecksumIEEE([]byte(screens.String())); got != want {
			t.Errorf("%s: the pictures' CRCs have the CRC %#x, want %#x", name, got, want)
		}
	}
}

// TestTraceInteractive writes a line at a time and waits for each answer.
func TestTraceInteractive(t *testing.T) {
	_, want := recorded(t, "rand3")
	c := command(t.TempDir(), nil, "trace", "--actions", "-")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	hanging := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	defer hanging.Stop()
	answers := bufio.NewReader(out)
	for i, row := range strings.SplitAfterN(want, "\n", 201)[:200] {
		action, _, _ := strings.Cut(row, ",")
		if _, err := io.WriteString(in, action+"\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := answers.ReadString('\n'); err != nil || got != row {
			t.Fatalf("frame %d: %q, %v; want %q", i, got, err, row)
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if status := wait(t, c); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// TestTraceBadLines refuses what is no action, by the number of its line, after the rows
// of the lines before.
func TestTraceBadLines(t *testing.T) {
	for _, test := range []struct{ line, part string }{
		{"2", "action 2"}, {"5", "action 5"}, {"13", "action 13"}, {"", `""`}, {"x", `"x"`}, {"-1", `"-1"`},
		{" 0", `" 0"`}, {"0,0", `"0,0"`}, {"011", `"011"`}, {"999999999999999999999999", `"999`}, {strings.Repeat("3", 70_000), "line 3"},
	} {
		c := command(t.TempDir(), nil, "trace", "--actions", "-")
		c.Stdin = strings.NewReader("0\n3\n" + test.line + "\n4\n")
		r := finish(t, c)
		r.fail(t, statusError, "line 3", test.part)
		if len(test.line) < 100 {
			r.says(t, "0 (noop)", "12 (left+fire)")
		}
		if strings.Count(r.stdout, "\n") != 2 {
			t.Errorf("%q: stdout is not the rows of two frames: %q", test.line, r.stdout)
		}
	}
}
