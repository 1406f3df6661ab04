package cpu

import "pongpg/trainer/compute"

// imagesPerItem is how many images an item draws: a few microseconds each.
const imagesPerItem = 4

type sparseImageTask struct {
	y      []float32
	x, m   compute.Sparse
	pixels int
	ch     int
}

// SparseImage implements compute.Backend.
func (b *Backend) SparseImage(y compute.Tensor, x, m compute.Sparse) {
	const op = "SparseImage"
	pixels := compute.CheckSparseImage(y, x, m)
	here(op, "y", y)
	here(op, "x.Entries", x.Entries)
	here(op, "m.Entries", m.Entries)
	t := &b.tasks.sparseImage
	*t = sparseImageTask{y.Host, x, m, pixels, y.Cols}
	b.pool.do(t, grain(x.Rows(), imagesPerItem))
}

func (t *sparseImageTask) run(_, item int) {
	const op = "SparseImage"
	lo, hi := span(t.x.Rows(), imagesPerItem, item)
	size := t.m.Cols
	clear(t.y[lo*size : hi*size])
	for i := lo; i < hi; i++ {
		image := t.y[i*size:][:size]
		for _, e := range t.x.Entries.Row(i) {
			if e == compute.End {
				break
			}
			row := compute.EntryCol(e)
			if row >= t.x.Cols {
				badEntry(op, t.x.Slice(lo, hi), lo, i-lo)
			}
			value := compute.EntryValue(e)
			for _, e := range t.m.Entries.Row(row) {
				if e == compute.End {
					break
				}
				pixel, channel := compute.EntryCol(e), 0
				if pixel >= size {
					badEntry(op+"'s m", t.m, 0, row)
				}
				for pixel >= t.pixels {
					pixel, channel = pixel-t.pixels, channel+1
				}
				image[pixel*t.ch+channel] += value * compute.EntryValue(e)
			}
		}
	}
}
