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

// writeNPZ writes a zip of W1.npy and W2.npy, stored.
func writeNPZ(out io.Writer, w *Weights) error {
	z := zip.NewWriter(out)
	for _, part := range []struct {
		name   string
		shape  []int
		values []float32
	}{{"W1", []int{w.Hidden, Pixels}, w.W1}, {"W2", w.shapeW2(), w.W2}} {
		file, err := z.CreateHeader(&zip.FileHeader{Name: part.name + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		if _, err := file.Write(append(npyHeader(part.shape), encode(part.values)...)); err != nil {
			return err
		}
	}
	return z.Close()
}

// npyHeader returns what stands before the elements of a .npy of float32, version 1.0;
// the elements are aligned to 64 bytes, as NumPy has it.
func npyHeader(shape []int) []byte {
	tuple := fmt.Sprintf("(%d,)", shape[0])
	if len(shape) == 2 {
		tuple = fmt.Sprintf("(%d, %d)", shape[0], shape[1])
	}
	text := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", tuple)
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
	arrays := map[string]array{}
	for _, name := range names(members) {
		arrays[name] = array{}
	}
	if err := onlyWeights(arrays); err != nil { // before anything is unpacked
		return nil, err
	}
	for name, file := range members {
		if arrays[name], err = readMember(file); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return fromArrays(arrays)
}

func readMember(file *zip.File) (array, error) {
	r, err := file.Open()
	if err != nil {
		return array{}, fmt.Errorf("it cannot be unpacked: %w; write it again with numpy.savez", err)
	}
	defer r.Close()
	return readNPY(r)
}

// npyDescription matches the header as NumPy writes it.
var npyDescription = regexp.MustCompile(`^\{'descr': '([<>])f([48])', 'fortran_order': (True|False), 'shape': \((\d{1,9}),(?: (\d{1,9}))?\), ?\}\s*$`)

// readNPY reads a .npy. It allocates no more than twice what r has.
func readNPY(r io.Reader) (array, error) {
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
	if m == nil {
		return array{}, fmt.Errorf("it is %.120q; it must be an array of one or two dimensions of float32 or float64", bytes.TrimSpace(text))
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if m[1][0] == '>' {
		order = binary.BigEndian
	}
	var shape []int
	for _, digits := range m[4:] {
		if n, err := strconv.Atoi(string(digits)); err == nil {
			shape = append(shape, n)
		}
	}
	n, err := elements(shape)
	if err != nil {
		return array{}, err
	}
	width := int(m[2][0] - '0')
	data, err := io.ReadAll(io.LimitReader(r, int64(n*width)+1))
	if err != nil && !errors.Is(err, io.EOF) {
		return array{}, fmt.Errorf("it cannot be unpacked: %w; %s", err, again)
	}
	return decode(data, width, order, shape, string(m[3]) == "True")
}
