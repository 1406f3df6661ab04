package arena

import (
	"context"
	"time"

	"pongpg/cmd/internal/terminal"
)

// Display is where a match is shown: a terminal.Terminal.
type Display interface {
	Keys() <-chan terminal.Key
	Size() (columns, rows int)
	Show(*terminal.Cells) error
}

// Run shows a viewer's match on a display until it is done, the display has no more keys, or
// ctx is done. It draws at every tick, which brings the time: one for each frame, until every is told
// after how many frames they are to come from then on.
func Run(ctx context.Context, d Display, v *Viewer, ticks <-chan time.Time, every func(frames int)) error {
	last := v.Now()
	for !v.Done() {
		if err := d.Show(v.Draw(d.Size())); err != nil {
			return err
		}
		for ticked := false; !ticked && !v.Done(); {
			select {
			case <-ctx.Done():
				return nil
			case k, ok := <-d.Keys():
				if !ok {
					return nil
				}
				if err := v.Key(k); err != nil {
					return err
				}
			case now := <-ticks:
				ticked = true
				if err := v.Tick(now.Sub(last)); err != nil {
					return err
				}
				last = now
				if v.pace(now) {
					every(v.every)
				}
			}
		}
	}
	return nil
}
