package parity

import (
	"cmp"
	"slices"
	"sync"
)

// Count is how often an operation was done and how many values of it were compared.
type Count struct {
	Operation     string
	Calls, Values int64
}

// counts is a Count for each operation.
type counts struct {
	mu   sync.Mutex
	list map[string]*Count
}

// begin counts a call and returns its number, from 1.
func (c *counts) begin(operation string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	count := c.list[operation]
	if count == nil {
		if c.list == nil {
			c.list = map[string]*Count{}
		}
		count = &Count{Operation: operation}
		c.list[operation] = count
	}
	count.Calls++
	return count.Calls
}

// compared counts values of an operation that has begun.
func (c *counts) compared(operation string, values int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list[operation].Values += int64(values)
}

// Operations returns what has been done so far, on all queues, by name. Download is
// among it.
func (p *Backend) Operations() []Count {
	c := &p.shared.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Count
	for _, count := range c.list {
		list = append(list, *count)
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Compare(a.Operation, b.Operation) })
	return list
}

// Compared returns how many values have been compared so far, on all queues.
func (p *Backend) Compared() int64 {
	var sum int64
	for _, count := range p.Operations() {
		sum += count.Values
	}
	return sum
}

// begin counts a call of an operation.
func (p *Backend) begin(operation string) int64 { return p.shared.counts.begin(operation) }
