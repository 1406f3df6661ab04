package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

const npyMagic = "\x93NUMPY"

// writeNPZ writes a zip of a .npy for each array, stored.
func writeNPZ(out io.Writer, w *Weights) error {
	z := zip.NewWriter(out)
	put := func(name, descr string, shape []int, data []byte) error {
		file, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		_, err = file.Write(append(npyHeader(descr, shape), data...))
		return err
	}
	for _, a := range w.Arrays {
		if err := put(a.Name, "<f4", a.Shape, encode(a.Values)); err != nil {
			return err
		}
	}
	if n := len(w.Convs); n > 0 {
		if err := put(strides, "<i8", []int{n}, encodeStrides(w.Convs)); err != nil {
			return err
		}
	}
	return z.Close()
}

// npyHeader returns what stands before the elements of a .npy, version 1.0; the elements are
// aligned to 64 bytes, as NumPy has it.
func npyHeader(descr string, shape []int) []byte {
	tuple := fmt.Sprintf("(%d,)", shape[0])
	if len(shape) > 1 {
		tuple = "(" + strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", ", ") + ")"
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, tuple)
	const before = len(npyMagic) + 2 + 2
	text += strings.Repeat(" ", 63-(before+len(text))%64) + "\n"
	b := append([]byte(npyMagic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
	return append(b, text...)
}

// readNPZ reads what numpy.savez or savez_compressed wrote.
func readNPZ(b []byte) (*Weights, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("the archive cannot be read: %w; write it again with numpy.savez", err)
	}
	members := map[string]*zip.File{}
	for _, file := range z.File {
		name := strings.TrimSuffix(file.Name, ".npy")
		if members[name] != nil {
			return nil, fmt.Errorf("it has %s twice; write it again with numpy.savez", shortened(name))
		}
		members[name] = file
	}
	if err := onlyWeights(names(members)); err != nil { // before anything is unpacked
		return nil, err
	}
	arrays := map[string]array{}
	for name, file := range members {
		if arrays[name], err = readMember(file, name == strides); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return fromArrays(arrays)
}

func readMember(file *zip.File, whole bool) (array, error) {
	r, err := file.Open()
	if err != nil {
		return array{}, fmt.Errorf("it cannot be unpacked: %w; write it again with numpy.savez", err)
	}
	defer r.Close()
	return readNPY(r, whole)
}

// npyDescription matches the header as NumPy writes it.
var npyDescription = regexp.MustCompile(`^\{'descr': '([<>])([fi])([48])', 'fortran_order': (True|False), 'shape': \((\d{1,9}(?:, \d{1,9}){0,3}),?\), ?\}\s*$`)

// readNPY reads a .npy, of whole numbers if they may be. It allocates no more than twice what r
// has.
func readNPY(r io.Reader, whole bool) (array, error) {
	const again = "write it again with numpy.savez"
	head := make([]byte, len(npyMagic)+2)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(npyMagic)]) != npyMagic {
		return array{}, fmt.Errorf("it is no array of NumPy; %s", again)
	}
	sizeBytes := 2
	if head[len(npyMagic)] > 1 {
		sizeBytes = 4
	}
	size := make([]byte, 4)
	if _, err := io.ReadFull(r, size[:sizeBytes]); err != nil {
		return array{}, fmt.Errorf("its header is cut off; %s", again)
	}
	const maxText = 1 << 16
	text, err := io.ReadAll(io.LimitReader(r, int64(min(maxText, binary.LittleEndian.Uint32(size)))))
	if err != nil {
		return array{}, fmt.Errorf("it cannot be unpacked: %w; %s", err, again)
	}
	m := npyDescription.FindSubmatch(text)
	if m == nil || string(m[2]) == "i" && !whole {
		return array{}, fmt.Errorf("it is %.120q; it must be an array of one to four dimensions of float32 or float64", bytes.TrimSpace(text))
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if m[1][0] == '>' {
		order = binary.BigEndian
	}
	var shape []int
	for digits := range strings.SplitSeq(string(m[5]), ", ") {
		n, err := strconv.Atoi(digits)
		if err != nil {
			return array{}, err // the expression takes nothing else
		}
		shape = append(shape, n)
	}
	n, err := elements(shape)
	if err != nil {
		return array{}, err
	}
	width := int(m[3][0] - '0')
	data, err := io.ReadAll(io.LimitReader(r, int64(n*width)+1))
	if err != nil && !errors.Is(err, io.EOF) {
		return array{}, fmt.Errorf("it cannot be unpacked: %w; %s", err, again)
	}
	return decode(data, width, string(m[2]) == "i", order, shape, string(m[4]) == "True")
}
