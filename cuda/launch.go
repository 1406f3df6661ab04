//go:build linux && amd64 && cgo

package cuda

import (
	"fmt"
	"math"

	"pongpg/kernels"
	"pongpg/trainer/compute"
)

// maxArguments is how many parameters a kernel may have.
const maxArguments = 32

// maxBlocks is the largest grid of one dimension.
const maxBlocks = math.MaxInt32

// argument is one of a kernel: the bits, the type that they are of, and whether it is
// an array that is not on the device.
type argument struct {
	bits   uint64
	kind   kernels.Type
	absent bool
}

// pointer is the address of an array's first element; of one without elements, 0.
func pointer[T compute.Element](a compute.Array[T]) argument {
	return argument{bits: uint64(a.Addr), kind: kernels.Pointer, absent: a.Len() > 0 && a.Addr == 0}
}

// address is a pointer into scratch memory.
func address(at uint64) argument { return argument{bits: at, kind: kernels.Pointer} }

func u64(x int) argument { return argument{bits: uint64(x), kind: kernels.U64} }

func bits64(x uint64) argument { return argument{bits: x, kind: kernels.U64} }

// u32 is x, which must be below 2³².
func u32(x int) argument {
	if x < 0 || x > math.MaxUint32 {
		panic(fmt.Sprintf("cuda: %d as an argument of 32 bits; take fewer rows at a time", x))
	}
	return argument{bits: uint64(x), kind: kernels.U32}
}

func bits32(x uint32) argument { return argument{bits: uint64(x), kind: kernels.U32} }

func f32(x float32) argument { return argument{bits: uint64(math.Float32bits(x)), kind: kernels.F32} }

// blocks returns ⌈n/size⌉, the number of blocks for n things of which each does size.
func blocks(n, size int) int { return (n + size - 1) / size }

// launch puts a kernel on the queue, with so many blocks of k.Block threads; with none it
// does nothing. op is the operation that messages name. It panics if the arguments are
// not what k describes, or not on the device.
func (b *Backend) launch(op string, k *kernels.Kernel, blocks int, args ...argument) {
	if b.broken() || blocks == 0 {
		return
	}
	if blocks < 0 || blocks > maxBlocks {
		panic(fmt.Sprintf("cuda: %s: %d blocks of %s, at most %d are possible; take fewer rows at a time", op, blocks, k.Name, maxBlocks))
	}
	if len(args) != len(k.Params) {
		panic(fmt.Sprintf("cuda: %s: %d arguments for %s, which has %d parameters", op, len(args), k.Name, len(k.Params)))
	}
	for i, a := range args {
		if a.kind != k.Params[i].Type {
			panic(fmt.Sprintf("cuda: %s: argument %s of %s is a %v; it must be a %v", op, k.Params[i].Name, k.Name, a.kind, k.Params[i].Type))
		}
		if a.absent {
			panic(fmt.Sprintf("cuda: %s: %s is not in this device's memory; allocate it with this backend", op, k.Params[i].Name))
		}
		b.arguments[i] = a.bits
	}
	function, ok := b.functions[k]
	if !ok {
		panic(fmt.Sprintf("cuda: %s: kernel %s is not one of kernels.All", op, k.Name))
	}
	if !b.enter(op) {
		return
	}
	b.note(op)
	b.done(op, function.Launch(blocks, 1, 1, k.Block, 1, 1, 0, b.stream, b.cells[:len(args)]))
	b.leave()
}
