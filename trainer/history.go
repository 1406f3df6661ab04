package trainer

import "math"

// historyLength is the number of episodes that the means are taken over.
const historyLength = 100

// history is the episodes that have ended.
type history struct {
	episodes int64
	running  float64 // the post's running mean
	// The last historyLength returns and lengths; episode i is element i mod historyLength.
	returns, lengths [historyLength]float64
}

// add counts an episode.
func (h *history) add(episodicReturn, decisions int32) {
	r := float64(episodicReturn)
	if h.episodes == 0 {
		h.running = r
	} else {
		h.running = float64(h.running*0.99) + float64(r*0.01)
	}
	at := h.episodes % historyLength
	h.returns[at], h.lengths[at] = r, float64(decisions)
	h.episodes++
}

// means returns the mean return and length of the last 100 episodes (of fewer while there
// are not as many), and the running mean: NaN while there are none.
func (h *history) means() (episodicReturn, length, running Optional) {
	n := min(h.episodes, historyLength)
	if n == 0 {
		nan := Optional(math.NaN())
		return nan, nan, nan
	}
	var sumReturns, sumLengths float64
	for i := range n {
		sumReturns += h.returns[i]
		sumLengths += h.lengths[i]
	}
	return Optional(sumReturns / float64(n)), Optional(sumLengths / float64(n)), Optional(h.running)
}
