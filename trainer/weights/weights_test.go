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
func sample(hidden, outputs int) *weights.Weights {
	w := &weights.Weights{
		Hidden: hidden, Outputs: outputs,
		W1: make([]float32, hidden*weights.Pixels), W2: make([]float32, outputs*hidden),
	}
	for i, values := range [][]float32{w.W1, w.W2} {
		for j := range values {
			bits, _, _, _ := philox.Block(7, uint32(j), uint32(i), 0, 0)
			if bits&0x7f800000 == 0x7f800000 { // infinite, or no number
				bits &^= 1 << 30
			}
			values[j] = math.Float32frombits(bits)
		}
	}
	return w
}

// same reports whether the weights are the same, bit for bit.
func same(a, b *weights.Weights) bool {
	equal := func(a, b []float32) bool {
		return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
	}
	return a.Hidden == b.Hidden && a.Outputs == b.Outputs && equal(a.W1, b.W1) && equal(a.W2, b.W2)
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
	for _, outputs := range []int{1, 3, 6} {
		w := sample(5, outputs)
		w.Notes = map[string]string{"preset": "Pong-v0", "a": "\"é\" \n"}
		for _, f := range weights.Formats {
			if f == weights.Pickle && outputs != 1 {
				if err := w.Write(io.Discard, f); err == nil || !strings.Contains(err.Error(), "2 actions") {
					t.Errorf("a pickle of %d actions: %v", outputs, err)
				}
				continue
			}
			b := encode(t, w, f)
			got, found, err := weights.Parse(b)
			if err != nil || found != f || !same(got, w) || got.Rounded != 0 {
				t.Errorf("%s, %d outputs: %v, %v", f, outputs, found, err)
				continue
			}
			if f == weights.Safetensors && !reflect.DeepEqual(got.Notes, w.Notes) {
				t.Errorf("notes %q", got.Notes)
			}
			if !bytes.Equal(encode(t, w, f), b) {
				t.Errorf("%s: written twice, two files", f)
			}
		}
	}
}

// pythons are the weights that testdata/pickles.py writes.
func pythons() *weights.Weights {
	w := &weights.Weights{Hidden: 2, Outputs: 1, W1: make([]float32, 2*weights.Pixels), W2: []float32{float32(math.Copysign(0, -1)), 1. / 3}}
	for i := range 512 {
		b := byte(4 * i)
		x := math.Float32frombits(binary.LittleEndian.Uint32([]byte{b, b + 1, b + 2, b + 3}))
		if x != x {
			x = 0.5
		}
		w.W1[i] = min(max(x, -1e30), 1e30)
	}
	for i := range 128 {
		w.W1[weights.Pixels+50*i] = float32(float64(i) / 7)
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
		b := encode(t, sample(1, 1), f)
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
