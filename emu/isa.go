package emu

// isa is a way to step a vector: an instruction set.
type isa int

const (
	plain  isa = iota // Go, a game at a time
	avx2              // 8 games at a time
	avx512            // 16
)

// String returns the name of the instruction set.
func (l isa) String() string { return [...]string{"go", "avx2", "avx512"}[l] }

// level is what vectors are stepped with: the best that this machine has.
var level = levels()[0]

// ISA returns the name of the instruction set that vectors are stepped with:
// "avx512", "avx2", or "go" where there is neither. The games are the same with each.
func ISA() string { return level.String() }
