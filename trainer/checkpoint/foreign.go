package checkpoint

import "encoding/binary"

// IsCheckpoint reports whether a file that ParseSafetensors returned says that it is a
// checkpoint, which Parse then reads and checks.
func IsCheckpoint(f *File) bool { return f.Metadata[keyFormat] == formatName }

// ParseSafetensors takes apart any safetensors file, whoever wrote it: every rule of the
// format is checked, but there is no checksum. The tensors alias b. It allocates in
// proportion to len(b) and never panics.
func ParseSafetensors(b []byte) (*File, error) {
	const advice = "write the file again"
	if len(b) < lengthBytes {
		return nil, contentError(ErrTruncated, advice, "%d bytes, fewer than the %d of the header's length", len(b), lengthBytes)
	}
	n, rest := binary.LittleEndian.Uint64(b), b[lengthBytes:]
	if n > uint64(len(rest)) {
		return nil, contentError(ErrTruncated, advice, "a header of %d bytes is announced, %d follow", n, len(rest))
	}
	h, err := parseHeader(rest[:n])
	if err != nil {
		return nil, contentError(ErrNotSafetensors, advice, "%v", err)
	}
	tensors, err := h.layout(rest[n:])
	if err != nil {
		return nil, contentError(ErrInvalid, advice, "%v", err)
	}
	return &File{Metadata: h.metadata, Tensors: tensors}, nil
}
