package weights_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pongpg/trainer/weights"
	"pongpg/trainer/weights/pickle"
)

// npy returns a .npy with a header's text and so many zeros.
func npy(text string, zeros int) string {
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(text)))
	return string(append(append(b, text...), make([]byte, zeros)...))
}

func described(descr, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
}

// npz returns a zip of members, given as name, content, ….
func npz(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i] + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func safetensors(header, data string) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

// doubles returns n zeros of float64, the first of them x.
func doubles(n int, x float64) []byte {
	b := make([]byte, 8*n)
	binary.LittleEndian.PutUint64(b, math.Float64bits(x))
	return b
}

// dump returns the pickle of W1 [1][6400] and W2 [1] with first elements.
func dump(w1, w2 float64) []byte {
	return pickle.Encode([]pickle.Named{{Name: "W1", Shape: []int{1, 6400}, Data: doubles(6400, w1)}, {Name: "W2", Shape: []int{1}, Data: doubles(1, w2)}})
}

// TestRefused holds every wrong file to an error that says what was found.
func TestRefused(t *testing.T) {
	row := npy(described("<f4", "(1, 6400)"), 25600)
	one := npy(described("<f4", "(1,)"), 4)
	good := sample(post(1, 1))
	conv := npy(described("<f4", "(1, 1, 8, 8)"), 4*64)
	hidden := npy(described("<f4", "(1, 100)"), 400) // of 10×10 places
	head := npy(described("<f4", "(1, 1)"), 4)
	stride := func(n byte) string { return npy(described("<i8", "(1,)"), 0) + string([]byte{n, 0, 0, 0, 0, 0, 0, 0}) }
	convONNX := encode(t, sample(convolutional), weights.ONNX)
	onnx := encode(t, good, weights.ONNX)
	for _, c := range []struct {
		name  string
		file  []byte
		words []string
	}{
		{"npz without W2", npz(t, "W1", row), []string{"no W2", `"W1"`}},
		{"npz with a bias", npz(t, "W1", row, "W2", one, "b1", one), []string{`"b1"`, "nothing else"}},
		{"npz, a name twice", npz(t, "W1", row, "W2", one, "W2", one), []string{`"W2" twice`}},
		{"npz with other pixels", npz(t, "W1", npy(described("<f4", "(1, 7)"), 28), "W2", one), []string{"[1 7]", "[hidden 6400]", "[hidden 12800]"}},
		{"npz with four outputs", npz(t, "W1", row, "W2", npy(described("<f4", "(4, 1)"), 16)), []string{"[4 1]", "[3 1]"}},
		{"npz with other units", npz(t, "W1", row, "W2", npy(described("<f4", "(2,)"), 8)), []string{"W2 has shape [2]"}},
		{"npz of whole numbers", npz(t, "W1", row, "W2", npy(described("<i8", "(1,)"), 8)), []string{"<i8", "float32 or float64"}},
		{"npz of objects", npz(t, "W1", row, "W2", npy(described("|O", "(1,)"), 8)), []string{"|O"}},
		{"npz, too few elements", npz(t, "W1", row, "W2", npy(described("<f4", "(1,)"), 3)), []string{"takes 4 bytes"}},
		{"npz, too many elements", npz(t, "W1", row, "W2", npy(described("<f4", "(1,)"), 5)), []string{"takes 4 bytes"}},
		{"npz, huge", npz(t, "W1", npy(described("<f4", "(999999999, 999999999)"), 0), "W2", one), []string{"larger than any weights"}},
		{"npz, header cut off", npz(t, "W1", "\x93NUMPY\x01\x00\xff\xff{", "W2", one), []string{"W1", `"{"`}},
		{"npz, no array", npz(t, "W1", "hello", "W2", one), []string{"no array of NumPy"}},
		{"npz, not a number", npz(t, "W1", row, "W2", npy(described("<f4", "(1,)"), 0)+"\x00\x00\xc0\x7f"), []string{"W2[0][0] is NaN", "diverged"}},
		{"npz of a convolution without strides", npz(t, "conv1", conv, "hidden", hidden, "head", head), []string{"no strides", `"conv1", "head", "hidden"`}},
		{"npz of a convolution and W1", npz(t, "conv1", conv, "hidden", hidden, "head", head, "strides", stride(8), "W1", row), []string{`"W1"`, "convolutional policy is", "nothing else"}},
		{"npz of a convolution and a third", npz(t, "conv1", conv, "conv3", conv, "hidden", hidden, "head", head, "strides", stride(8)), []string{"2 convolutions and 1 strides"}},
		{"npz, stride 0", npz(t, "conv1", conv, "hidden", hidden, "head", head, "strides", stride(0)), []string{"strides[0] is 0"}},
		{"npz, another stride", npz(t, "conv1", conv, "hidden", hidden, "head", head, "strides", stride(9)), []string{"hidden has shape [1 100]", "[1 81]"}},
		{"npz, three images", npz(t, "conv1", npy(described("<f4", "(1, 3, 8, 8)"), 4*192), "hidden", hidden, "head", head, "strides", stride(8)), []string{"[1 3 8 8]", "1 or 2 images"}},
		{"npz, a window too large", npz(t, "conv1", npy(described("<f4", "(1, 1, 81, 81)"), 4*81*81), "hidden", hidden, "head", head, "strides", stride(1)), []string{"[1 1 81 81]", "80×80"}},
		{"npz, oblong windows", npz(t, "conv1", npy(described("<f4", "(1, 1, 16, 8)"), 4*128), "hidden", hidden, "head", head, "strides", stride(8)), []string{"conv1 has shape [1 1 16 8]", "[1 1 16 16]"}},
		{"npz, four outputs", npz(t, "conv1", conv, "hidden", hidden, "head", npy(described("<f4", "(4, 1)"), 16), "strides", stride(8)), []string{"head has shape [4 1]", "[3 1]"}},
		{"npz, strides that are no numbers", npz(t, "conv1", conv, "hidden", hidden, "head", head, "strides", "hello"), []string{"strides: it is no array"}},
		{"npz, too many hidden inputs", npz(t, "conv1", npy(described("<f4", "(40000, 1, 1, 1)"), 4*40000), "hidden", hidden, "head", head, "strides", stride(1)), []string{"larger than any weights"}},
		{"onnx of another stride", bytes.Replace(convONNX, []byte("\x0a\x07strides\x40\x04\x40\x04"), []byte("\x0a\x07strides\x40\x05\x40\x05"), 1), []string{"hidden has shape", "must be"}},
		{"onnx of two strides", bytes.Replace(convONNX, []byte("\x0a\x07strides\x40\x04\x40\x04"), []byte("\x0a\x07strides\x40\x04\x40\x05"), 1), []string{"not the model that pongpg export writes"}},
		{"safetensors of half precision", safetensors(`{"W1":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"W2":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}}`, "xx"), []string{"W1 holds F16"}},
		{"safetensors of something else", safetensors(`{"model.layers.0.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "xxxx"), []string{"no W1", `"model.layers.0.weight"`}},
		{"safetensors with a gap", safetensors(`{"W1":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "xxxxxxxx"), []string{"belong to no tensor"}},
		{"safetensors that says it is a checkpoint", safetensors(`{"__metadata__":{"format":"pongpg checkpoint"}}`, ""), []string{"sha256"}},
		{"onnx with another operation", bytes.Replace(onnx, []byte("Relu"), []byte("Tanh"), 1), []string{"not the model that pongpg export writes"}},
		{"onnx of another opset", append(onnx[:len(onnx)-1:len(onnx)-1], 18), []string{"not the model that pongpg export writes"}},
		{"onnx without weights", []byte("\x08\x08\x3a\x00"), []string{"no W1", "nothing"}},
		{"pickle that overflows", dump(1, 1e39), []string{"W2[0][0] is +Inf in float32"}},
	} {
		_, _, err := weights.Parse(c.file)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, word := range append(c.words, ";") {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not say %q", c.name, err, word)
			}
		}
	}
}

// TestStrides: whole numbers of any size and order, or others, as long as they are whole; and
// arrays with the first dimension fastest.
func TestStrides(t *testing.T) {
	column := "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1, 2, 2), }\n"
	conv := npy(column, 0)
	for i := range 8 {
		conv += string(binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(i))))
	}
	hidden := npy(described("<f4", "(1, 3200)"), 4*3200) // of 2 filters at 40×40 places
	head := npy(described("<f4", "(1, 1)"), 4)
	for descr, two := range map[string]string{
		"<i8": "\x02\x00\x00\x00\x00\x00\x00\x00", ">i4": "\x00\x00\x00\x02", "<f4": "\x00\x00\x00\x40",
	} {
		w, _, err := weights.Parse(npz(t, "conv1", conv, "hidden", hidden, "head", head, "strides", npy(described(descr, "(1,)"), 0)+two))
		if err != nil || w.Convs[0] != (weights.Conv{Filters: 2, Size: 2, Stride: 2}) {
			t.Errorf("%s: %v", descr, err)
			continue
		}
		// element (f, 0, y, x) was at f + 2·y + 4·x
		if want := []float32{0, 4, 2, 6, 1, 5, 3, 7}; !slices.Equal(w.Arrays[0].Values, want) {
			t.Errorf("conv1 is %v, want %v", w.Arrays[0].Values, want)
		}
	}
}

// TestRounded: weights that are no float32 are rounded to the nearest, and counted.
func TestRounded(t *testing.T) {
	third, tiny := 1./3, 1e-60
	got, _, err := weights.Parse(dump(third, tiny))
	if err != nil || got.Rounded != 2 || got.Arrays[0].Values[0] != float32(third) || got.Arrays[1].Values[0] != 0 {
		t.Errorf("%v, %d rounded", err, got.Rounded)
	}
}

// FuzzParse: any bytes give weights or an error, and weights survive being written.
func FuzzParse(f *testing.F) {
	for _, format := range weights.Formats {
		f.Add(encode(f, sample(post(1, 1)), format))
	}
	for _, format := range []weights.Format{weights.Safetensors, weights.NPZ, weights.ONNX} {
		f.Add(encode(f, sample(convolutional), format))
	}
	f.Add(unpacked(f, "testdata/python2-pickle-0.p.gz"))
	f.Add(unpacked(f, "testdata/python3-pickle-5.p.gz"))
	f.Add([]byte("\x08\x08\x3a\x02\x2a\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		w, _, err := weights.Parse(b)
		if !bytes.Equal(b, before) {
			t.Fatal("Parse changed its input")
		}
		if err != nil {
			return
		}
		for _, format := range weights.Formats {
			if format.Check(w) != nil {
				continue
			}
			if again, _, err := weights.Parse(encode(t, w, format)); err != nil || !same(again, w) {
				t.Fatalf("%s: %v", format, err)
			}
		}
	})
}
