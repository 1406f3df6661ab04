// Package checkpoint keeps the state of a training run on disk, so that a run
// survives being stopped at any instant (a key press, kill -9, a full disk, a
// power failure) and continues as if nothing had happened.
//
// # A run directory
//
//	config.json                               the caller's configuration; its presence makes the directory a run
//	checkpoints/checkpoint-000000123.safetensors   the state after update 123; the last few are kept
//	best.safetensors                          the state the caller called the best so far; never pruned
//	metrics.jsonl                             one JSON value a line, appended as the run goes
//	lock                                      held by the process that trains; names that process
//
// The order of writing is what makes it safe. Save first makes metrics.jsonl
// durable, then writes best.safetensors, then the checkpoint itself, and only
// then removes old checkpoints. So a checkpoint that is there vouches for
// everything that was written before it. Each file is replaced by
// WriteFileAtomic: it is the old file or the new one, never a mixture.
//
// A checkpoint stores the length of metrics.jsonl at that moment. Rewind cuts
// the file back to it, so that the lines after the checkpoint, and a line cut
// in half by kill -9, disappear, and the continued run writes them again.
//
// One process at a time may train in a directory. The lock belongs to the
// process, not to the file's presence: it vanishes with the process however it
// ends, so there is no stale lock to remove by hand. Reading (Open, Resolve)
// takes no lock and changes nothing.
//
// # A checkpoint file
//
// A checkpoint is a safetensors file (github.com/huggingface/safetensors), which
// Python opens with the safetensors package:
//
//	8 bytes     the header's length n, little-endian
//	n bytes     JSON: {"__metadata__":{string:string,…},NAME:{"dtype":…,"shape":[…],"data_offsets":[begin,end]},…}
//	the rest    the tensors' elements, little-endian, without gaps
//
// The header is padded with spaces to a multiple of 8 bytes, and the tensors
// are ordered by element size, largest first, then by name: every tensor is
// aligned to its element size, and the same state is the same bytes.
//
// Three keys of __metadata__ belong to this package:
//
//	format    "pongpg checkpoint"
//	version   "1"
//	sha256    64 hexadecimal digits: the SHA-256 of the whole file, computed while these digits are all '0'
//
// The checksum covers every byte: length, names, shapes, metadata, padding and
// data. SHA-256 rather than a CRC because it also finds damage of any length
// and shape (a lost or misplaced block), is in every standard library, and at
// about 1.5 GB/s costs milliseconds beside the fsync that follows. Every later
// version must keep these three keys as they are, which is how a reader tells a
// newer file from a damaged one.
package checkpoint
