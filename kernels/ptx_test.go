package kernels

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// entry is what a PTX module says of one of its kernels.
type entry struct {
	name   string
	params []string // their PTX types, as "u64"
	block  int      // .maxntid
	shared int      // bytes, all variables together
	body   []string // lines
}

var (
	entryLine  = regexp.MustCompile(`^\.visible \.entry (\w+)\($`)
	paramLine  = regexp.MustCompile(`^\.param \.(\w+) \w+,?$`)
	blockLine  = regexp.MustCompile(`^\.maxntid (\d+), 1, 1$`)
	sharedLine = regexp.MustCompile(`^\.shared \.align (\d+) \.(?:b8 \w+\[(\d+)\]|[bfsu]32 \w+);$`)
)

// parsePTX returns the entries of a module in their order, as the compiler lays them out.
func parsePTX(text string) (header string, entries []*entry, err error) {
	var e *entry
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "//")
		line = strings.TrimSpace(line)
		if m := entryLine.FindStringSubmatch(line); m != nil {
			e = &entry{name: m[1]}
			entries = append(entries, e)
			continue
		}
		if line == "" {
			continue
		}
		if e == nil {
			header += line + "\n"
			continue
		}
		switch param, block, shared := paramLine.FindStringSubmatch(line), blockLine.FindStringSubmatch(line), sharedLine.FindStringSubmatch(line); {
		case param != nil:
			e.params = append(e.params, param[1])
		case block != nil:
			e.block, err = strconv.Atoi(block[1])
		case shared != nil:
			var align, size int
			if align, err = strconv.Atoi(shared[1]); err == nil {
				size, err = strconv.Atoi(cmp.Or(shared[2], "4"))
			}
			e.shared = (e.shared+align-1)/align*align + size
		default:
			e.body = append(e.body, line)
		}
		if err != nil {
			return "", nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return header, entries, nil
}

// ptxType returns how a parameter of type t is declared in PTX, where addresses and
// signs are not told apart.
func ptxType(t Type) string {
	switch t {
	case Pointer, U64:
		return "u64"
	case F32:
		return "f32"
	}
	return "u32"
}

var opcode = regexp.MustCompile(`^(?:@!?%p\d+ )?([a-z]\w*(?:[.:]+\w+)*)\b`)

// arithmetic is every instruction on floats that gives the bits of the contract: exactly
// rounded, or exact. An add.f32 without .rn is not among them: the driver may fuse it.
var arithmetic = regexp.MustCompile(`^(` +
	`(add|sub|mul|div)\.rn\.f32|(sqrt|rcp)\.rn\.f32|(neg|abs)\.f32|` +
	`cvt\.rn\.f32\.[us](16|32)|setp\.\w+(\.(and|or|xor))?\.f32|selp\.f32|mov\.f32|` +
	`(ld|st)\.(global|shared|param)(\.nc)?(\.v[24])?\.f32` +
	`)$`)

// surprise says why the line of a kernel cannot be what its author meant; "" if it can.
func surprise(line string) string {
	m := opcode.FindStringSubmatch(line)
	switch {
	case strings.Contains(line, ".local"), strings.Contains(line, "__local_depot"):
		return "local memory: an array that is not in registers"
	case m == nil:
		return ""
	}
	switch op := m[1]; {
	case strings.Contains(op, ".f64"), strings.Contains(op, ".f16"):
		return "not float32"
	case strings.HasPrefix(op, "call"):
		return "a call that was not inlined"
	case strings.Contains(op, ".f32") && !arithmetic.MatchString(op):
		return "not rounded as the contract asks"
	}
	return ""
}
