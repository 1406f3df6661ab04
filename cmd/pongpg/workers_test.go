package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestWorkers trains each recipe with several numbers of workers and processors. All
// must give the same bits.
func TestWorkers(t *testing.T) {
	for recipe, flags := range map[string]string{
		// More games than a worker plays at a time, and an uneven number of groups of them.
		"fast":     "--envs 160 --batch-decisions 4000 --updates 12",
		"karpathy": "--batch-episodes 3 --envs 3 --updates 2",
	} {
		t.Run(recipe, func(t *testing.T) {
			dir := t.TempDir()
			for _, test := range []struct {
				workers, processors int
			}{{1, 1}, {2, 1}, {3, 1}, {1, 4}, {2, 2}, {3, 4}} {
				name := fmt.Sprintf("%d-on-%d", test.workers, test.processors)
				c := command(dir, []string{fmt.Sprintf("GOMAXPROCS=%d", test.processors)},
					append(strings.Fields("train --recipe "+recipe+" --hidden 20 --seed 3 "+flags), "--run", name, "--workers", fmt.Sprint(test.workers))...)
				if r := finish(t, c); r.status != 0 {
					t.Fatalf("exit status %d: %s", r.status, r.stderr)
				}
				sameState(t, filepath.Join(dir, name), filepath.Join(dir, "1-on-1"))
			}
		})
	}
}
