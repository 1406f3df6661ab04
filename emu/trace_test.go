package emu_test

import (
	"bufio"
	"compress/gzip"
	"os"
	"strconv"
	"strings"
	"testing"

	"pongpg/emu"
)

// TestRecordedFrames plays the actions of frames recorded from the Arcade Learning
// Environment and compares every column of every frame, by both routes to the image.
func TestRecordedFrames(t *testing.T) {
	for _, name := range []string{"rand3", "trackfire"} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open("testdata/" + name + ".csv.gz")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			z, err := gzip.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			trace := emu.NewTracer()
			frames := 0
			lines := bufio.NewScanner(z)
			for lines.Scan() {
				want := lines.Text()
				if strings.HasPrefix(want, "#") {
					continue
				}
				first, _, _ := strings.Cut(want, ",")
				number, err := strconv.Atoi(first)
				if err != nil {
					t.Fatal(err)
				}
				action, err := emu.ParseAction(number)
				if err != nil {
					t.Fatal(err)
				}
				if got := trace.Step(action).String(); got != want {
					t.Fatalf("frame %d:\ngot  %s\nwant %s\n     %s", frames+1, got, want, emu.TraceHeader)
				}
				frames++
			}
			if err := lines.Err(); err != nil {
				t.Fatal(err)
			}
			if frames != 20_000 {
				t.Errorf("%d frames were recorded, want 20,000", frames)
			}
		})
	}
}
