//go:build !linux

package cpu

// pageSize is what large memory is aligned to.
const pageSize = alignment

// advisePages does nothing: other systems choose the size of pages themselves.
func advisePages([]byte) {}
