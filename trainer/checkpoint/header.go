package checkpoint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// header is the JSON header of a file, with nothing believed yet.
type header struct {
	metadata  map[string]string
	digestAt  int // where the checksum's digits begin in the header; -1 without one
	entries   []entry
	duplicate string // the first name found twice
}

// entry is what the header says about one tensor. err is set if it does not say
// it in the format's terms.
type entry struct {
	name       string
	dtype      string
	shape      []int
	begin, end uint64
	err        error
}

// parseHeader takes the header apart. Its errors mean that the header is not
// the JSON that safetensors asks for. encoding/json would keep the last of two
// equal keys in silence, so the objects are walked key by key.
func parseHeader(head []byte) (*header, error) {
	if !utf8.Valid(head) {
		return nil, errors.New("the header is not UTF-8")
	}
	h := &header{digestAt: -1}
	seen := map[string]bool{}
	return h, walkObject(head, func(name string, value []byte, at int) error {
		if seen[name] {
			h.duplicate = cmp.Or(h.duplicate, name)
		}
		seen[name] = true
		if name != metadataKey {
			h.entries = append(h.entries, parseEntry(name, value))
			return nil
		}
		h.metadata = map[string]string{}
		return walkObject(value, func(key string, value []byte, inside int) error {
			var text string
			if err := json.Unmarshal(value, &text); err != nil || value[0] != '"' {
				return fmt.Errorf("metadata %q is not a string", key)
			}
			if _, twice := h.metadata[key]; twice {
				h.duplicate = cmp.Or(h.duplicate, key)
			}
			h.metadata[key] = text
			if key == keyChecksum {
				h.digestAt = at + inside + 1
			}
			return nil
		})
	})
}

// walkObject calls visit with each key of a JSON object, its value's text and
// where that text begins in b. After the object only spaces may follow.
func walkObject(b []byte, visit func(key string, value []byte, at int) error) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("no JSON object where one should be")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return fmt.Errorf("bad JSON: %w", err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("bad JSON: %w", err)
		}
		name, _ := key.(string) // a key is a string, or Token had failed
		if err := visit(name, value, int(d.InputOffset())-len(value)); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("bad JSON: %w", err)
	}
	if rest := bytes.Trim(b[d.InputOffset():], " "); len(rest) > 0 {
		return errors.New("bad JSON: something after the object")
	}
	return nil
}

func parseEntry(name string, value []byte) entry {
	e := entry{name: name}
	var raw struct {
		DType       string   `json:"dtype"`
		Shape       []uint64 `json:"shape"`
		DataOffsets []uint64 `json:"data_offsets"`
	}
	if err := json.Unmarshal(value, &raw); err != nil || raw.Shape == nil || len(raw.DataOffsets) != 2 {
		e.err = fmt.Errorf("tensor %s lacks a dtype, a shape or two data_offsets", name)
		return e
	}
	e.dtype, e.begin, e.end = raw.DType, raw.DataOffsets[0], raw.DataOffsets[1]
	e.shape = make([]int, len(raw.Shape))
	for i, dim := range raw.Shape {
		if dim > math.MaxInt {
			e.err = fmt.Errorf("tensor %s has shape %v, which overflows", name, raw.Shape)
			return e
		}
		e.shape[i] = int(dim)
	}
	return e
}

// dataEnd is how many bytes of data the header speaks of.
func (h *header) dataEnd() uint64 {
	var end uint64
	for _, e := range h.entries {
		end = max(end, e.end)
	}
	return end
}

// layout checks every rule of the format and returns the tensors, in the order
// of their data, as views of data.
func (h *header) layout(data []byte) ([]Tensor, error) {
	if h.duplicate != "" {
		return nil, fmt.Errorf("the name %q is there twice", h.duplicate)
	}
	entries := slices.Clone(h.entries)
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end), cmp.Compare(a.name, b.name))
	})
	tensors := make([]Tensor, 0, len(entries))
	have, next := uint64(len(data)), uint64(0)
	for _, e := range entries {
		if e.err != nil {
			return nil, e.err
		}
		switch {
		case e.name == "":
			return nil, errors.New("a tensor has no name")
		case e.begin > e.end || e.end > have:
			return nil, fmt.Errorf("tensor %s has data_offsets [%d,%d], out of range in %d bytes of data", e.name, e.begin, e.end, have)
		case e.begin < next:
			return nil, fmt.Errorf("tensor %s overlaps the tensor before it: it begins at byte %d, that one ends at %d", e.name, e.begin, next)
		case e.begin > next:
			return nil, fmt.Errorf("%d bytes before tensor %s belong to no tensor", e.begin-next, e.name)
		}
		size, err := tensorSize(e.dtype, e.shape)
		if err != nil {
			return nil, fmt.Errorf("tensor %s has %w", e.name, err)
		}
		if uint64(size) != e.end-e.begin {
			return nil, mismatch(e.name, e.dtype, e.shape, size, int(e.end-e.begin))
		}
		tensors = append(tensors, Tensor{Name: e.name, DType: e.dtype, Shape: e.shape, Data: data[e.begin:e.end:e.end]})
		next = e.end
	}
	if next != have {
		return nil, fmt.Errorf("%d bytes after the last tensor belong to no tensor", have-next)
	}
	return tensors, nil
}
