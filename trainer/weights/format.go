package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Format is how a file holds weights.
type Format string

// The formats.
const (
	Safetensors Format = "safetensors"
	NPZ         Format = "npz"
	Pickle      Format = "pickle"
	ONNX        Format = "onnx"
)

// Formats are all of them.
var Formats = []Format{Safetensors, NPZ, Pickle, ONNX}

// FormatByName returns the format with a name. The error names the choices.
func FormatByName(name string) (Format, error) {
	if f := Format(name); slices.Contains(Formats, f) {
		return f, nil
	}
	return "", fmt.Errorf("format %q is not one of %s", name, choices())
}

// FormatOfPath returns the format that a file's extension stands for.
func FormatOfPath(path string) (Format, bool) {
	f, ok := map[string]Format{
		".safetensors": Safetensors, ".npz": NPZ, ".onnx": ONNX,
		".p": Pickle, ".pkl": Pickle, ".pickle": Pickle,
	}[strings.ToLower(filepath.Ext(path))]
	return f, ok
}

func choices() string {
	texts := make([]string, len(Formats))
	for i, f := range Formats {
		texts[i] = string(f)
	}
	return strings.Join(texts, ", ")
}

// Check returns an error if a format cannot hold the weights.
func (f Format) Check(w *Weights) error {
	const instead = "choose safetensors, npz or onnx"
	switch {
	case f != Pickle:
	case len(w.Convs) > 0:
		return fmt.Errorf("the post's pickle holds a fully connected policy, this one is convolutional; %s", instead)
	case w.Images != 1:
		return fmt.Errorf("the post's pickle holds a policy that sees the difference of two images, this one sees the image beside it; %s", instead)
	case w.Outputs != 1:
		return fmt.Errorf("the post's pickle holds a policy of 2 actions, this one has %d; %s", w.Actions(), instead)
	}
	return nil
}

// Write writes the weights: the same weights, the same bytes. Its errors are Check's and out's.
func (w *Weights) Write(out io.Writer, f Format) error {
	if err := f.Check(w); err != nil {
		return err
	}
	switch f {
	case Safetensors:
		return writeSafetensors(out, w)
	case NPZ:
		return writeNPZ(out, w)
	case Pickle:
		return writePickle(out, w)
	case ONNX:
		return writeONNX(out, w)
	}
	panic("weights: no format " + string(f))
}

// ErrUnknown: a file in none of the formats.
var ErrUnknown = errors.New("no file of weights")

// ReadFile reads weights in any of the formats, which it tells by the file's content.
func ReadFile(path string) (*Weights, Format, error) {
	b, err := readRegular(path)
	if err != nil {
		return nil, "", fmt.Errorf("read weights: %w", err)
	}
	w, f, err := Parse(b)
	if err != nil {
		return nil, f, fmt.Errorf("read weights from %s: %w", path, err)
	}
	return w, f, nil
}

// maxFile is more than the largest weights take in any format: a byte of float64 is at
// most 4 in a pickle of protocol 0, whose largest weights are the post's on one image; other
// formats hold several arrays of 8 bytes an element at most.
const maxFile = 4*8*maxHidden*Pixels + 1<<24

func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w; check the path", err)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file (%v); name a file of weights", path, info.Mode().Type())
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%w: %s has %d bytes, more than any weights take; name a file of weights", ErrUnknown, path, info.Size())
	}
	return os.ReadFile(path)
}

// Parse reads weights in any of the formats.
func Parse(b []byte) (*Weights, Format, error) {
	f := detect(b)
	read := map[Format]func([]byte) (*Weights, error){
		Safetensors: readSafetensors, NPZ: readNPZ, Pickle: readPickle, ONNX: readONNX,
	}[f]
	if read == nil {
		return nil, "", fmt.Errorf("%w: neither %s; it has %d bytes and begins with %q", ErrUnknown, strings.ReplaceAll(choices(), ", ", " nor "), len(b), b[:min(8, len(b))])
	}
	w, err := read(b)
	if err != nil {
		return nil, f, fmt.Errorf("as %s: %w", f, err)
	}
	return w, f, nil
}

// detect tells the format by the first bytes; "" if it is none.
func detect(b []byte) Format {
	switch {
	case len(b) > 9 && b[8] == '{' && binary.LittleEndian.Uint64(b) < 1<<32:
		return Safetensors
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("PK\x05\x06")):
		return NPZ
	case len(b) > 1 && b[0] == 0x08 && b[1] < 0x80: // the first field, a small number: ir_version
		return ONNX
	case len(b) > 1 && (b[0] == 0x80 || b[0] == '(' || b[0] == '}' || b[0] == 'c'):
		return Pickle
	}
	return ""
}
