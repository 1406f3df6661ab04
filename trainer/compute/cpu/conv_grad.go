package cpu

import "pongpg/trainer/compute"

// convGradTask is the gradient at the weights. Where windows are smaller than the image an item is
// a chunk of images with sums of its own, which are added afterwards. Where one is the whole
// image there are many weights: a chunk's numbers are listed first, and then an item is a band of
// the weights' rows, whose sums stay in the cache.
type convGradTask struct {
	k         *kernels
	scratch   []scratch
	stage     convGradStage
	dw, x, dy compute.Tensor
	g         compute.Window
	images    int
	stride    int       // of the rows of sums
	chunks    []float32 // [chunks][inputs][stride]

	lo, hi int      // the chunk's images
	band   int      // rows of weights an item
	room   int      // an image has in at and v
	at     []uint32 // as in places
	v      []float32
	starts []uint32 // [images][bands+1]: where in at and v a band's numbers start
}

type convGradStage int

const (
	sumChunks  convGradStage = iota // an item is a chunk of images
	listImages                      // an item is an image of the chunk
	sumBands                        // an item is a band of the weights' rows
)

// bandBytes is the most that a band of sums takes, nearly all of an L1 cache of 32 KiB, and bandRows
// the most rows of one, so that there are enough bands for the workers.
const (
	bandBytes = 28 << 10
	bandRows  = 64
)

// ConvGrad implements compute.Backend.
func (b *Backend) ConvGrad(dw, x, dy compute.Tensor, g compute.Window) {
	const op = "ConvGrad"
	images := compute.CheckConvGrad(dw, x, dy, g)
	here(op, "dw", dw)
	here(op, "x", x)
	here(op, "dy", dy)
	t := &b.tasks.convGrad
	t.k, t.scratch, t.dw, t.x, t.dy, t.g, t.images = b.kernels, b.scratch, dw, x, dy, g.Flat(), images
	t.stride = compute.PadCols(g.Filters)
	clear(dw.Host)
	if t.g.Height*t.g.Width == 1 {
		b.bandsGrad(t)
	} else {
		b.chunksGrad(t)
	}
}

func (b *Backend) chunksGrad(t *convGradTask) {
	t.stage = sumChunks
	chunks, sums := grain(t.images, compute.ConvGradImages), t.dw.Rows*t.stride
	t.chunks = grow(t.chunks, chunks*sums)
	each := t.listedImages()
	b.reserveVisits(each*t.g.ImageLen(), each*mostWindows(&t.g))
	b.pool.do(t, chunks)
	for c := range chunks {
		addPadded(t.k, t.dw, t.chunks[c*sums:][:sums], 0, t.dw.Rows, t.stride)
	}
}

func (b *Backend) bandsGrad(t *convGradTask) {
	t.band = max(1, min(bandRows, bandBytes/(4*t.stride)))
	t.room = t.dw.Rows + listSlack
	bands := grain(t.dw.Rows, t.band)
	most := min(t.images, compute.ConvGradImages)
	t.at, t.v, t.starts = grow(t.at, most*t.room), grow(t.v, most*t.room), grow(t.starts, most*(bands+1))
	b.reserve(t.band * t.stride)
	b.reserveVisits(0, most)
	for t.lo = 0; t.lo < t.images; t.lo = t.hi {
		t.hi = min(t.lo+compute.ConvGradImages, t.images)
		t.stage = listImages
		b.pool.do(t, t.hi-t.lo)
		t.stage = sumBands
		b.pool.do(t, bands)
	}
}

// addPadded adds x, rows of stride numbers, to rows lo to hi of y.
func addPadded(k *kernels, y compute.Tensor, x []float32, lo, hi, stride int) {
	if y.Cols == stride {
		k.addScaled(y.Host[lo*stride:hi*stride], x, 1)
		return
	}
	for r := lo; r < hi; r++ {
		row := y.Row(r)
		k.addScaled(row, x[(r-lo)*stride:][:len(row)], 1)
	}
}

func (t *convGradTask) run(worker, item int) {
	switch t.stage {
	case sumChunks:
		t.sumChunk(&t.scratch[worker].places, item)
	case listImages:
		t.listImage(item)
	case sumBands:
		t.sumBand(&t.scratch[worker], item)
	}
}

func (t *convGradTask) sumChunk(p *places, item int) {
	sums := t.dw.Rows * t.stride
	dw := t.chunks[item*sums:][:sums]
	clear(dw)
	in, out := t.g.ImageLen(), t.g.OutputLen()
	each := t.listedImages()
	lo, hi := span(t.images, compute.ConvGradImages, item)
	for ; lo < hi; lo += each {
		end := min(hi, lo+each)
		p.list(t.k, t.x.Host[lo*in:end*in])
		p.windows(&t.g, t.g.Filters, t.stride)
		t.k.scatter(dw, t.stride, t.dy.Host[lo*out:end*out], p.visits, p.at, p.v, t.g.Filters)
	}
}

// listedImages returns of how many images the numbers that are not 0 are listed together.
func (t *convGradTask) listedImages() int {
	return max(1, min(compute.ConvGradImages, listed/t.g.ImageLen()))
}

func (t *convGradTask) listImage(i int) {
	rows, from := t.dw.Rows, i*t.room
	n := t.k.nonzeros(t.x.Host[(t.lo+i)*rows:][:rows], t.at[from:][:t.room], t.v[from:][:t.room])
	at, bands := t.at[from:][:n], grain(rows, t.band)
	starts, j := t.starts[i*(bands+1):][:bands+1], 0
	for b := range starts {
		for j < n && int(at[j]) < b*t.band {
			j++
		}
		starts[b] = uint32(from + j)
	}
}

func (t *convGradTask) sumBand(s *scratch, item int) {
	lo, hi := span(t.dw.Rows, t.band, item)
	dw, p, filters := s.floats((hi-lo)*t.stride), &s.places, t.g.Filters
	clear(dw)
	p.visits = p.visits[:0]
	bands := grain(t.dw.Rows, t.band)
	for i := range t.hi - t.lo {
		starts := t.starts[i*(bands+1)+item:]
		if starts[0] < starts[1] {
			p.visits = append(p.visits, visit{starts[0], starts[1], (t.lo + i) * filters, -lo * t.stride})
		}
	}
	t.k.scatter(dw, t.stride, t.dy.Host, p.visits, t.at, t.v, filters)
	addPadded(t.k, t.dw, dw, lo, hi, t.stride)
}
