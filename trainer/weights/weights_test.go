package weights_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pongpg/emu/philox"
	"pongpg/trainer/weights"
)

// sample returns weights of every sign and size.
func sample(shape weights.Shape) *weights.Weights {
	w := weights.New(shape)
	for i, a := range w.Arrays {
		for j := range a.Values {
			bits, _, _, _ := philox.Block(7, uint32(j), uint32(i), 0, 0)
			if bits&0x7f800000 == 0x7f800000 { // infinite, or no number
				bits &^= 1 << 30
			}
			a.Values[j] = math.Float32frombits(bits)
		}
	}
	return w
}

// post is the post's network.
func post(hidden, outputs int) weights.Shape {
	return weights.Shape{Images: 1, Hidden: hidden, Outputs: outputs}
}

// convolutional has an odd size somewhere, and no two dimensions alike.
var convolutional = weights.Shape{Images: 2, Convs: []weights.Conv{{Filters: 3, Size: 8, Stride: 4}, {Filters: 7, Size: 4, Stride: 5}}, Hidden: 5, Outputs: 6}

// same reports whether the weights are the same, bit for bit.
func same(a, b *weights.Weights) bool {
	return a.Shape.Equal(b.Shape) && slices.EqualFunc(a.Arrays, b.Arrays, func(a, b weights.Array) bool {
		return a.Name == b.Name && slices.Equal(a.Shape, b.Shape) && slices.EqualFunc(a.Values, b.Values, func(x, y float32) bool {
			return math.Float32bits(x) == math.Float32bits(y)
		})
	})
}

func encode(t testing.TB, w *weights.Weights, f weights.Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRoundTrips: every format gives back the same bits, and the same weights are the
// same bytes.
func TestRoundTrips(t *testing.T) {
	oneOutput := convolutional
	oneOutput.Images, oneOutput.Outputs = 1, 1
	for _, test := range []struct {
		shape    weights.Shape
		noPickle string // what the error says, if there is one
	}{
		{post(5, 1), ""},
		{post(5, 3), "2 actions"},
		{post(5, 6), "2 actions"},
		{weights.Shape{Images: 2, Hidden: 5, Outputs: 1}, "the image beside it"},
		{weights.Shape{Images: 2, Hidden: 5, Outputs: 6}, "the image beside it"},
		{convolutional, "convolutional"},
		{oneOutput, "convolutional"},
	} {
		w := sample(test.shape)
		w.Notes = map[string]string{"preset": "Pong-v0", "a": "\"é\" \n"}
		for _, f := range weights.Formats {
			if f == weights.Pickle && test.noPickle != "" {
				var out bytes.Buffer
				if err := w.Write(&out, f); err == nil || !strings.Contains(err.Error(), test.noPickle) || !strings.Contains(err.Error(), "; choose safetensors, npz or onnx") || out.Len() > 0 {
					t.Errorf("a pickle of %v: %v", test.shape, err)
				}
				continue
			}
			b := encode(t, w, f)
			got, found, err := weights.Parse(b)
			if err != nil || found != f || !same(got, w) || got.Rounded != 0 {
				t.Errorf("%s, %v: %v, %v", f, test.shape, found, err)
				continue
			}
			if (f == weights.Safetensors || f == weights.ONNX) && !reflect.DeepEqual(got.Notes, w.Notes) {
				t.Errorf("%s: notes %q", f, got.Notes)
			}
			if !bytes.Equal(encode(t, w, f), b) {
				t.Errorf("%s: written twice, two files", f)
			}
		}
	}
}

// TestWithoutNotes reads an onnx of before there were notes in it.
func TestWithoutNotes(t *testing.T) {
	w := sample(post(1, 3))
	if got, _, err := weights.Parse(encode(t, w, weights.ONNX)); err != nil || !same(got, w) || got.Notes != nil {
		t.Errorf("%v, notes %q", err, got.Notes)
	}
}

// TestShape: the arrays of the networks, and what people read of them.
func TestShape(t *testing.T) {
	w := weights.New(convolutional)
	var shapes [][]int
	for _, a := range w.Arrays {
		shapes = append(shapes, a.Shape)
	}
	// (80−8)/4+1 = 19, (19−4)/5+1 = 4
	want := [][]int{{3, 2, 8, 8}, {7, 3, 4, 4}, {5, 7 * 4 * 4}, {6, 5}}
	if !reflect.DeepEqual(shapes, want) || w.Len() != 384+336+560+30 {
		t.Errorf("%v, %d weights", shapes, w.Len())
	}
	if got, want := w.Shape.String(), "network conv, input both, 5 hidden units, 6 actions, filters 3@8/4 7@4/5"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := post(200, 1).String(), "network mlp, input difference, 200 hidden units, 2 actions"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// pythons are the weights that testdata/pickles.py writes.
func pythons() *weights.Weights {
	w := weights.New(post(2, 1))
	w1, w2 := w.Arrays[0].Values, w.Arrays[1].Values
	w2[0], w2[1] = float32(math.Copysign(0, -1)), 1./3
	for i := range 512 {
		b := byte(4 * i)
		x := math.Float32frombits(binary.LittleEndian.Uint32([]byte{b, b + 1, b + 2, b + 3}))
		if x != x {
			x = 0.5
		}
		w1[i] = min(max(x, -1e30), 1e30)
	}
	for i := range 128 {
		w1[weights.Pixels+50*i] = float32(float64(i) / 7)
	}
	return w
}

// TestPythons reads what Python 2.7 and 3.11 wrote in every protocol, with NumPy 1.16
// and 2.4.
func TestPythons(t *testing.T) {
	want := pythons()
	files, err := filepath.Glob("testdata/*.p.gz")
	if err != nil || len(files) != 27 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		got, format, err := weights.Parse(unpacked(t, file))
		if err != nil || format != weights.Pickle || !same(got, want) || got.Rounded != 0 {
			t.Errorf("%s: %s, %v", file, format, err)
		}
	}
	if got, format, err := weights.ReadFile("testdata/python3.npz"); err != nil || format != weights.NPZ || !same(got, want) {
		t.Errorf("npz: %s, %v", format, err)
	}
}

func unpacked(t testing.TB, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCutOff: no beginning of a file is taken for the whole.
func TestCutOff(t *testing.T) {
	for _, f := range weights.Formats {
		shape := post(1, 1)
		if f != weights.Pickle {
			shape = convolutional
		}
		b := encode(t, sample(shape), f)
		ends := []int{0, 1, 2, 7, 8, 9, 10, 50, 100, 200, len(b) / 2, len(b) - 100, len(b) - 2, len(b) - 1}
		for _, n := range ends {
			if _, _, err := weights.Parse(b[:n]); err == nil {
				t.Errorf("%s: %d bytes of %d are weights", f, n, len(b))
			} else if text := err.Error(); !strings.Contains(text, ";") || strings.Contains(text, "\n") {
				t.Errorf("%s: %q does not say what to do in one line", f, text)
			}
		}
		if _, _, err := weights.Parse(append(slices.Clone(b), 'x')); err == nil && f != weights.NPZ {
			t.Errorf("%s: something after the end is not noticed", f)
		}
	}
}

func TestReadFileErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(path, []byte("Dear Sir, enclosed find my weights."), 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "check the path", dir: "no file", path: "begins with \"Dear Sir",
	} {
		if _, _, err := weights.ReadFile(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
