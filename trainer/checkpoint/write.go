package checkpoint

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	formatName    = "pongpg checkpoint"
	formatVersion = "1"

	keyFormat   = "format"
	keyVersion  = "version"
	keyChecksum = "sha256"
	metadataKey = "__metadata__"

	lengthBytes = 8
	headerAlign = 8
	// maxHeader is the reference implementation's limit (safetensors,
	// MAX_HEADER_SIZE): a longer header could not be opened in Python.
	maxHeader = 100_000_000
)

// noChecksum stands in the checksum's place while the checksum is computed.
var noChecksum = strings.Repeat("0", 2*sha256.Size)

// WriteFile writes f to path with WriteFileAtomic.
func (f *File) WriteFile(path string) error {
	return WriteFileAtomic(path, f.Write)
}

// Write writes f to w. The same content gives the same bytes, whatever the
// order of f.Tensors. It checks f first and writes nothing if a name is empty
// or used twice, a string is not UTF-8, a metadata key belongs to the format,
// or a tensor's type, shape and data disagree.
func (f *File) Write(w io.Writer) error {
	head, tensors, digestAt, err := f.header()
	if err != nil {
		return fmt.Errorf("write checkpoint: %w; this is a mistake in the program: report it", err)
	}
	sum := sha256.New()
	sum.Write(head)
	for _, t := range tensors {
		sum.Write(t.Data)
	}
	hex.Encode(head[digestAt:], sum.Sum(nil))
	if _, err := w.Write(head); err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	for _, t := range tensors {
		if _, err := w.Write(t.Data); err != nil {
			return fmt.Errorf("write checkpoint: tensor %s: %w", t.Name, err)
		}
	}
	return nil
}

// header returns everything before the data, with noChecksum at digestAt, and
// the tensors in the order of the file.
func (f *File) header() (head []byte, tensors []*Tensor, digestAt int, err error) {
	if tensors, err = f.ordered(); err != nil {
		return nil, nil, 0, err
	}
	metadata := map[string]string{keyFormat: formatName, keyVersion: formatVersion, keyChecksum: noChecksum}
	for key, value := range f.Metadata {
		if _, taken := metadata[key]; taken {
			return nil, nil, 0, fmt.Errorf("metadata key %q belongs to the format", key)
		}
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, nil, 0, fmt.Errorf("metadata %q is not UTF-8", key)
		}
		metadata[key] = value
	}

	b := bytes.NewBuffer(make([]byte, lengthBytes))
	b.WriteString(`{"` + metadataKey + `":{`)
	for i, key := range slices.Sorted(maps.Keys(metadata)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(key))
		b.WriteByte(':')
		if key == keyChecksum {
			digestAt = b.Len() + 1
		}
		b.Write(quote(metadata[key]))
	}
	b.WriteByte('}')
	begin := 0
	for _, t := range tensors {
		end := begin + len(t.Data)
		shape, _ := json.Marshal(append([]int{}, t.Shape...)) // a slice of int cannot fail
		fmt.Fprintf(b, `,%s:{"dtype":%s,"shape":%s,"data_offsets":[%d,%d]}`, quote(t.Name), quote(t.DType), shape, begin, end)
		begin = end
	}
	b.WriteByte('}')
	for b.Len()%headerAlign != 0 {
		b.WriteByte(' ')
	}
	head = b.Bytes()
	if n := len(head) - lengthBytes; n > maxHeader {
		return nil, nil, 0, fmt.Errorf("names and metadata take %d bytes, the format allows %d", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(head, uint64(len(head)-lengthBytes))
	return head, tensors, digestAt, nil
}

// ordered checks the tensors and returns them by element size, largest first,
// then by name: with no gaps between them, each is aligned.
func (f *File) ordered() ([]*Tensor, error) {
	tensors := make([]*Tensor, len(f.Tensors))
	seen := map[string]bool{metadataKey: true, "": true}
	for i := range f.Tensors {
		t := &f.Tensors[i]
		if seen[t.Name] {
			return nil, fmt.Errorf("tensor name %q is reserved or used twice", t.Name)
		}
		seen[t.Name] = true
		if !utf8.ValidString(t.Name) {
			return nil, fmt.Errorf("tensor name %q is not UTF-8", t.Name)
		}
		if err := t.check(); err != nil {
			return nil, err
		}
		tensors[i] = t
	}
	slices.SortFunc(tensors, func(a, b *Tensor) int {
		return cmp.Or(cmp.Compare(dtypeSize[b.DType], dtypeSize[a.DType]), cmp.Compare(a.Name, b.Name))
	})
	return tensors, nil
}

// check reports a type, shape and data that disagree.
func (t *Tensor) check() error {
	size, err := tensorSize(t.DType, t.Shape)
	if err != nil {
		return fmt.Errorf("tensor %s has %w", t.Name, err)
	}
	if size != len(t.Data) {
		return mismatch(t.Name, t.DType, t.Shape, size, len(t.Data))
	}
	return nil
}

func mismatch(name, dtype string, shape []int, want, have int) error {
	return fmt.Errorf("tensor %s of %s%v takes %d bytes but has %d", name, dtype, shape, want, have)
}

// quote returns s, which is UTF-8, as a JSON string.
func quote(s string) []byte {
	b, _ := json.Marshal(s) // a string cannot fail
	return b
}
