package cpu

import "syscall"

// pageSize is that of a huge page on the processors that have vector forms.
const pageSize = 2 << 20

// advisePages asks for huge pages: the weights' table is read in rows all over it, and
// 4 KiB pages of it are too many for the first level of the processor's page
// table cache. It is advice; memory works without.
func advisePages(memory []byte) {
	const madvHugepage = 14 // MADV_HUGEPAGE of linux/mman.h
	_ = syscall.Madvise(memory, madvHugepage)
}
