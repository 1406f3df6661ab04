package arena

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkFrame plays a frame and draws it, on terminals of several sizes: pongpg watch does
// so 60 times a second.
func BenchmarkFrame(b *testing.B) {
	dir, _ := newRun(b, "win")
	for _, size := range [][2]int{{80, 24}, {160, 60}, {200, 110}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			v := &Viewer{Match: newMatch(b, dir, nil, 1, false), Speed: 1, Now: time.Now}
			for b.Loop() {
				step(b, v.Match)
				v.Draw(size[0], size[1])
			}
		})
	}
}
