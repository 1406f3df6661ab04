package pickle

// The instructions that a dictionary of arrays takes, by protocol.
const (
	opMark    = '('
	opStop    = '.'
	opInt     = 'I' // decimal line; 00 and 01 are False and True
	opLong    = 'L' // decimal line, perhaps with an L at the end
	opNone    = 'N'
	opReduce  = 'R' // callable, tuple → what it makes
	opString  = 'S' // line: a str as Python 2's repr writes it
	opUnicode = 'V' // line, raw-unicode-escape
	opBuild   = 'b' // object, state → object
	opGlobal  = 'c' // two lines: module, name
	opDict    = 'd' // mark, key, value, … → dictionary
	opGet     = 'g' // decimal line
	opPut     = 'p' // decimal line
	opSetItem = 's' // dictionary, key, value → dictionary
	opTuple   = 't' // mark, … → tuple

	opBinInt         = 'J' // int32
	opBinInt1        = 'K' // uint8
	opBinInt2        = 'M' // uint16
	opBinString      = 'T' // int32 length
	opShortBinString = 'U' // uint8 length
	opBinUnicode     = 'X' // uint32 length, UTF-8
	opEmptyTuple     = ')'
	opEmptyDict      = '}'
	opBinGet         = 'h' // uint8
	opLongBinGet     = 'j' // uint32
	opBinPut         = 'q' // uint8
	opLongBinPut     = 'r' // uint32
	opSetItems       = 'u' // dictionary, mark, key, value, … → dictionary

	opProto    = 0x80 // uint8
	opTuple1   = 0x85
	opTuple2   = 0x86
	opTuple3   = 0x87
	opNewTrue  = 0x88
	opNewFalse = 0x89
	opLong1    = 0x8A // uint8 length, two's complement

	opBinBytes      = 'B' // uint32 length
	opShortBinBytes = 'C' // uint8 length

	opShortBinUnicode = 0x8C // uint8 length
	opBinUnicode8     = 0x8D // uint64 length
	opBinBytes8       = 0x8E // uint64 length
	opStackGlobal     = 0x93 // module, name → global
	opMemoize         = 0x94
	opFrame           = 0x95 // uint64 length, of no meaning here

	opByteArray8 = 0x96 // uint64 length
)

// refused names instructions that are met in other pickles, for the error.
var refused = map[byte]string{
	'0': "POP", '1': "POP_MARK", '2': "DUP", 'F': "FLOAT", 'G': "BINFLOAT", 'P': "PERSID", 'Q': "BINPERSID",
	']': "EMPTY_LIST", 'a': "APPEND", 'e': "APPENDS", 'l': "LIST", 'i': "INST", 'o': "OBJ",
	0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8B: "LONG4", 0x8F: "EMPTY_SET",
	0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
}
