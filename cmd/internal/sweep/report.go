package sweep

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"pongpg/cmd/internal/plot"
	"pongpg/trainer/checkpoint"
)

// The names of what a sweep reports.
const (
	TableName   = "table.csv"
	PictureName = "sweep.png"
)

// maxLines is how many lines a picture can have and still be read.
const maxLines = 8

// Report writes table.csv and sweep.png. noPicture says why there is no picture, if nothing can be
// drawn yet.
func (p *Plan) Report(groups []*Group) (noPicture, err error) {
	err = checkpoint.WriteFileAtomic(filepath.Join(p.Dir, TableName), func(w io.Writer) error { return p.WriteCSV(w, groups) })
	if err != nil {
		return nil, err
	}
	picture, noPicture := p.picture(groups)
	if noPicture != nil {
		return noPicture, nil
	}
	return nil, checkpoint.WriteFileAtomic(filepath.Join(p.Dir, PictureName), picture.Write)
}

// picture draws the mean return of the best settings against decisions and seconds.
func (p *Plan) picture(groups []*Group) (*plot.Picture, error) {
	f := &plot.Figure{}
	with := 0
	for _, g := range groups {
		s := plot.Series{}
		for _, r := range g.Results {
			// A run that broke off would end the line of those that did not.
			if drawn := r.ended() || g.Ended == 0; drawn && r.metrics != nil && r.metrics.HasEpisodes() {
				s.Runs = append(s.Runs, r.metrics)
			}
		}
		if len(s.Runs) == 0 {
			continue
		}
		if with++; len(f.Series) < maxLines {
			s.Label = g.Setting
			s.CountSeeds()
			f.Series = append(f.Series, s)
		}
	}
	if with == 0 {
		return nil, errors.New("no run has a finished episode yet: nothing can be drawn")
	}
	if with > maxLines {
		f.Title = fmt.Sprintf("The best %d of %d settings", maxLines, with)
	}
	var err error
	if f.X, err = plot.XByNames("decisions,seconds"); err != nil {
		return nil, err
	}
	if f.Y, err = plot.YByNames("return"); err != nil {
		return nil, err
	}
	return f.Picture(plot.PNG)
}
