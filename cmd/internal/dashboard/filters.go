package dashboard

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"time"

	"pongpg/cmd/internal/format"
	"pongpg/cmd/internal/pace"
	"pongpg/cmd/internal/picture"
	"pongpg/trainer"
)

// filterUnits is how many units are drawn: the most important ones, as in the post's picture.
const filterUnits = 40

// filterPicture is what the first layer of a run's newest checkpoint looks for, as PNG, drawn
// once for each checkpoint that it is asked for.
type filterPicture struct {
	mutex      sync.Mutex
	checkpoint string
	png        []byte

	asking sync.Mutex // for what follows
	due    pace.Checkpoints
	asked  string
}

// version returns of which of a run's checkpoints the filters are to be asked for, "" if there is none:
// of the newest, but where the processors are short of those that come often enough.
func (p *filterPicture) version(x *run, now time.Time) string {
	p.asking.Lock()
	defer p.asking.Unlock()
	if newest := x.checkpoint(); newest == "" || p.due.Due(newest, x.pace.Every(now), now) {
		p.asked = newest
	}
	return p.asked
}

// serveFilters answers with the picture of the newest checkpoint.
func (s *Server) serveFilters(w http.ResponseWriter, r *http.Request) {
	x := s.run(w, r)
	if x == nil {
		return
	}
	var png []byte
	var err error
	s.pace.Do(func() { png, err = x.filters.of(x) })
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(png) // to a browser that may have gone
}

func (p *filterPicture) of(x *run) ([]byte, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if name := x.checkpoint(); p.png != nil && name == p.checkpoint {
		return p.png, nil
	}
	loading.Lock()
	defer loading.Unlock()
	name := x.checkpoint() // an older one than that which is read next, at worst
	found, err := x.latest()
	if err != nil {
		return nil, err
	}
	filters, err := trainer.ReadFilters(found.File)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", found.Path, err)
	}
	order := picture.ByImportance(filters, filterUnits)
	sheet, err := picture.NewSheet(filters, order, 0, 1, picture.Options{})
	if err != nil {
		return nil, err
	}
	frame, err := sheet.Draw(filters, filtersTitle(x.name, found.Update, filters.GlobalStep))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := picture.WritePNGFast(&b, frame); err != nil {
		return nil, err
	}
	p.checkpoint, p.png = name, b.Bytes()
	return p.png, nil
}

// filtersTitle is what is written above a picture.
func filtersTitle(run string, update, decisions int64) string {
	return fmt.Sprintf("%s, update %s, %s", run, format.Count(update), format.Plural(decisions, "decision"))
}
