package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pongpg/trainer/checkpoint"
)

var update = flag.Bool("update", false, "rewrite testdata")

func TestRoundTrip(t *testing.T) {
	want := sample()
	path := filepath.Join(t.TempDir(), "a.safetensors")
	must(t, want.WriteFile(path))
	got, err := checkpoint.ReadFile(path)
	must(t, err)
	if !maps.Equal(got.Metadata, want.Metadata) {
		t.Errorf("metadata %v, want %v", got.Metadata, want.Metadata)
	}
	if len(got.Tensors) != len(want.Tensors) {
		t.Fatalf("%d tensors, want %d", len(got.Tensors), len(want.Tensors))
	}
	for _, w := range want.Tensors {
		if g := got.Tensor(w.Name); g == nil || g.DType != w.DType || !slices.Equal(g.Shape, w.Shape) || !bytes.Equal(g.Data, w.Data) {
			t.Errorf("tensor %+v, want %+v", g, w)
		}
	}
	if again := encode(t, got); !bytes.Equal(again, encode(t, want)) {
		t.Error("a file that is read and written has other bytes")
	}
	if fromReader, err := checkpoint.Read(iotest.OneByteReader(bytes.NewReader(encode(t, want)))); err != nil || !reflect.DeepEqual(fromReader, got) {
		t.Errorf("Read %v, %v; ReadFile %v", fromReader, err, got)
	}
	empty := &checkpoint.File{}
	if f, err := checkpoint.Parse(encode(t, empty)); err != nil || len(f.Tensors) != 0 || len(f.Metadata) != 0 {
		t.Errorf("empty file: %v, %v", f, err)
	}
}

// second returns the second value.
func second[A, B any](_ A, b B) B { return b }

func TestHelpers(t *testing.T) {
	f, err := checkpoint.Parse(encode(t, sample()))
	must(t, err)
	if v, err := checkpoint.Values[float32](f.Tensor("w1")); err != nil || !slices.Equal(v, []float32{1, -2.5, 1e-38, 4, 5, 6}) {
		t.Errorf("w1 %v, %v", v, err)
	}
	if v, err := checkpoint.Values[int64](f.Tensor("counters")); err != nil || !slices.Equal(v, []int64{-1, 1 << 62}) {
		t.Errorf("counters %v, %v", v, err)
	}
	if v, err := checkpoint.Values[uint32](f.Tensor("seed")); err != nil || !slices.Equal(v, []uint32{4294967295}) {
		t.Errorf("seed %v, %v", v, err)
	}
	if v, err := checkpoint.Values[float64](f.Tensor("average")); err != nil || !slices.Equal(v, []float64{-21.125}) {
		t.Errorf("average %v, %v", v, err)
	}
	if got, want := f.Tensor("counters").Data[:8], []byte{255, 255, 255, 255, 255, 255, 255, 255}; !bytes.Equal(got, want) {
		t.Errorf("counters begins % x, want % x", got, want)
	}
	if got, want := f.Tensor("balls").Data, []byte{7, 0, 255, 255, 9, 0}; !bytes.Equal(got, want) {
		t.Errorf("balls % x, want little-endian % x", got, want)
	}

	for at := range 4 { // wherever a file's bytes are in memory
		x := *f.Tensor("w1")
		data := make([]byte, at+len(x.Data)+3)
		x.Data = data[at : at+copy(data[at:], x.Data)]
		if v, err := checkpoint.Values[float32](&x); err != nil || !slices.Equal(v, []float32{1, -2.5, 1e-38, 4, 5, 6}) {
			t.Errorf("w1 %d bytes on: %v, %v", at, v, err)
		}
		x.Data = x.Data[:len(x.Data)-1]
		if v, err := checkpoint.Values[float32](&x); err == nil {
			t.Errorf("of 23 bytes: %v", v)
		}
	}
	if v, err := checkpoint.View[float32](f, "w1", 2, 3); err != nil || !slices.Equal(v, []float32{1, -2.5, 1e-38, 4, 5, 6}) {
		t.Errorf("w1 %v, %v", v, err)
	}
	if v, err := checkpoint.View[float32](f, "nothing", 0, 200); err != nil || len(v) != 0 {
		t.Errorf("nothing %v, %v", v, err)
	}

	var w1 [6]float32
	must(t, checkpoint.Load(f, "w1", w1[:], 2, 3))
	if w1 != [6]float32{1, -2.5, 1e-38, 4, 5, 6} {
		t.Errorf("w1 %v", w1)
	}
	var balls [3]uint16
	must(t, checkpoint.Load(f, "balls", balls[:]))
	must(t, checkpoint.Load(f, "nothing", []float32{}, 0, 200))

	dst := []float32{9, 9, 9, 9, 9, 9}
	for _, c := range []struct {
		name  string
		err   error
		words []string
	}{
		{"missing", checkpoint.Load(f, "w9", dst, 2, 3), []string{"w9", "another checkpoint"}},
		{"shape", checkpoint.Load(f, "w1", dst, 3, 2), []string{"w1", "[2 3]", "[3 2]", "use the configuration"}},
		{"no shape", checkpoint.Load(f, "w1", dst), []string{"[2 3]", "[6]"}},
		{"type", checkpoint.Load(f, "seed", dst[:1]), []string{"seed", "U32", "F32"}},
		{"missing view", second(checkpoint.View[float32](f, "w9", 2, 3)), []string{"w9", "another checkpoint"}},
		{"shape of a view", second(checkpoint.View[float32](f, "w1", 3, 2)), []string{"w1", "[2 3]", "[3 2]", "use the configuration"}},
		{"type of a view", second(checkpoint.View[float32](f, "seed", 1)), []string{"seed", "U32", "F32"}},
		{"dst", checkpoint.Load(f, "w1", dst[:5], 2, 3), []string{"w1", "24 bytes", "5 elements"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.err == nil {
				t.Fatal("no error")
			}
			for _, word := range c.words {
				if !strings.Contains(c.err.Error(), word) {
					t.Errorf("error %q does not say %q", c.err, word)
				}
			}
		})
	}
	if dst[0] != 9 || dst[5] != 9 {
		t.Errorf("a failed Load wrote %v", dst)
	}
	if _, err := checkpoint.Values[int32](f.Tensor("w1")); err == nil {
		t.Error("F32 read as int32")
	}
	defer func() {
		if recover() == nil {
			t.Error("NewTensor took 3 values in shape [2 2]")
		}
	}()
	checkpoint.NewTensor("x", []float32{1, 2, 3}, 2, 2)
}

// TestLayout: what the reference implementation writes, and what makes
// the bytes a function of the content.
func TestLayout(t *testing.T) {
	b := encode(t, sample())
	for range 20 { // maps iterate in another order each time
		f := sample()
		rand.Shuffle(len(f.Tensors), func(i, j int) { f.Tensors[i], f.Tensors[j] = f.Tensors[j], f.Tensors[i] })
		if !bytes.Equal(encode(t, f), b) {
			t.Fatal("the order of the tensors changes the bytes")
		}
	}
	n := binary.LittleEndian.Uint64(b)
	if n%8 != 0 {
		t.Errorf("header of %d bytes is not a multiple of 8", n)
	}
	header := b[8 : 8+n]
	if !bytes.HasPrefix(header, []byte(`{"__metadata__":{`)) || !bytes.HasSuffix(bytes.TrimRight(header, " "), []byte("}")) {
		t.Errorf("header %s", header)
	}
	var entries map[string]struct {
		DataOffsets [2]int `json:"data_offsets"`
		Shape       []int
	}
	must(t, json.Unmarshal(header, &entries))
	f, err := checkpoint.Parse(b)
	must(t, err)
	for _, tensor := range f.Tensors {
		elements := 1
		for _, dim := range tensor.Shape {
			elements *= dim
		}
		if elements == 0 {
			continue
		}
		if at, size := entries[tensor.Name].DataOffsets[0], len(tensor.Data)/elements; at%size != 0 {
			t.Errorf("tensor %s of %d-byte elements begins at %d", tensor.Name, size, at)
		}
	}
	if !bytes.Equal(b, seal(b)) {
		t.Error("the checksum is not what doc.go describes")
	}
}

// TestVersion1 keeps the promise that a checkpoint of today can be read
// tomorrow. The file changes only together with the version.
func TestVersion1(t *testing.T) {
	const path = "testdata/version1.safetensors"
	if *update {
		must(t, os.WriteFile(path, encode(t, sample()), 0o666))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(encode(t, sample()), want) {
		t.Error("the same content no longer gives the bytes of version 1")
	}
	if f, err := checkpoint.ReadFile(path); err != nil || f.Metadata["preset"] != "karpathy" {
		t.Errorf("%v, %v", f, err)
	}
}

func TestReadErrors(t *testing.T) {
	const w = `"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	const head = `{"__metadata__":{$,"version":"1"}`
	const eight = "01234567"
	good := encode(t, sample())
	n := int(binary.LittleEndian.Uint64(good))
	flip := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 0x10
		return b
	}
	absurd := binary.LittleEndian.AppendUint64(nil, 1<<63)
	for _, c := range []struct {
		name  string
		bytes []byte
		kind  error
		words []string
	}{
		{"empty", nil, checkpoint.ErrEmpty, []string{"0 bytes", "another checkpoint"}},
		{"3 bytes", good[:3], checkpoint.ErrTruncated, []string{"3 bytes"}},
		{"only the length", good[:8], checkpoint.ErrTruncated, []string{"has 8"}},
		{"half the header", good[:n/2], checkpoint.ErrTruncated, []string{"header alone takes"}},
		{"half the data", good[:len(good)-20], checkpoint.ErrTruncated, []string{"its tensors take 79 bytes, the file has 59"}},
		{"a byte too many", append(bytes.Clone(good), 0), checkpoint.ErrDamaged, []string{"sha256"}},
		{"flip in the data", flip(len(good) - 3), checkpoint.ErrDamaged, []string{"sha256", "records"}},
		{"flip in a name", flip(bytes.Index(good, []byte("w1"))), checkpoint.ErrDamaged, nil},
		{"flip in a quote", flip(bytes.Index(good, []byte(`"w1`))), checkpoint.ErrDamaged, []string{"unreadable"}},
		{"flip in the padding", flip(8 + n - 1), checkpoint.ErrDamaged, nil},
		{"checksum gone", bytes.Replace(good, []byte("sha256"), []byte("sha255"), 1), checkpoint.ErrDamaged, []string{"records no sha256"}},
		{"zeros", make([]byte, 500), checkpoint.ErrNotSafetensors, nil},
		{"text", []byte("this is no checkpoint at all, it is a letter"), checkpoint.ErrNotSafetensors, []string{"pongpg train"}},
		{"a zip", []byte("PK\x03\x04\x00\x00\x00\x00\x00\x00\x00"), checkpoint.ErrNotSafetensors, nil},
		{"not a JSON object", craft(`{"w":}`, ""), checkpoint.ErrNotSafetensors, []string{"bad JSON"}},
		{"metadata not strings", craft(`{"__metadata__":{"a":1}}`, ""), checkpoint.ErrNotSafetensors, []string{"not a string"}},
		{"metadata null", craft(`{"__metadata__":{"a":null}}`, ""), checkpoint.ErrNotSafetensors, []string{"not a string"}},
		{"text after the header", craft(`{} x`, ""), checkpoint.ErrNotSafetensors, nil},
		{"not UTF-8", craft("{\"\xff\":{}}", ""), checkpoint.ErrNotSafetensors, []string{"UTF-8"}},
		{"absurd length", append(absurd, "{}"...), checkpoint.ErrNotSafetensors, []string{"9223372036854775808"}},
		{"largest length", append(binary.LittleEndian.AppendUint64(nil, 1<<64-1), "{}"...), checkpoint.ErrNotSafetensors, nil},
		{"foreign", craft(`{`+w+`}`, eight), checkpoint.ErrForeign, []string{`no key "format"`}},
		{"foreign format", craft(`{"__metadata__":{"format":"pt"},`+w+`}`, eight), checkpoint.ErrForeign, []string{`"pt"`}},
		{"newer", craft(`{"__metadata__":{$,"version":"2"},`+w+`}`, eight), checkpoint.ErrNewer, []string{"version 2", "reads version 1", "upgrade pongpg"}},
		{"newer in another layout", craft(`{"__metadata__":{$,"version":"12"},"w":[]}`, eight), checkpoint.ErrNewer, []string{"version 12"}},
		{"damaged version", bytes.Replace(good, []byte(`"version":"1"`), []byte(`"version":"3"`), 1), checkpoint.ErrDamaged, nil},
		{"no version", craft(`{"__metadata__":{$},`+w+`}`, eight), checkpoint.ErrInvalid, []string{"version"}},
		{"version 0", craft(`{"__metadata__":{$,"version":"0"},`+w+`}`, eight), checkpoint.ErrInvalid, []string{`"0"`}},
		{"duplicate name", craft(head+`,`+w+`,`+w+`}`, eight), checkpoint.ErrInvalid, []string{`"w"`, "twice"}},
		{"duplicate metadata", craft(`{"__metadata__":{$,"version":"1","a":"1","a":"2"},`+w+`}`, eight), checkpoint.ErrInvalid, []string{`"a"`, "twice"}},
		{"metadata twice", craft(head+`,"__metadata__":{$,"version":"1"},`+w+`}`, eight), checkpoint.ErrDamaged, nil},
		{"unknown dtype", craft(head+`,"w":{"dtype":"F7","shape":[2],"data_offsets":[0,8]}}`, eight), checkpoint.ErrInvalid, []string{`"F7"`, "tensor w"}},
		{"out of range", craft(head+`,"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, eight), checkpoint.ErrInvalid, []string{"[0,16]", "out of range in 8 bytes"}},
		{"huge offset", craft(head+`,"w":{"dtype":"F32","shape":[4],"data_offsets":[0,18446744073709551615]}}`, eight), checkpoint.ErrInvalid, []string{"out of range"}},
		{"backwards", craft(head+`,"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, eight), checkpoint.ErrInvalid, []string{"out of range"}},
		{"negative offset", craft(head+`,"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}`, eight), checkpoint.ErrInvalid, []string{"data_offsets"}},
		{"one offset", craft(head+`,"w":{"dtype":"F32","shape":[2],"data_offsets":[8]}}`, eight), checkpoint.ErrInvalid, []string{"data_offsets"}},
		{"no shape", craft(head+`,"w":{"dtype":"F32","data_offsets":[0,8]}}`, eight), checkpoint.ErrInvalid, []string{"shape"}},
		{"entry of another kind", craft(head+`,"w":7}`, eight), checkpoint.ErrInvalid, []string{"tensor w"}},
		{"overlap", craft(head+`,`+w+`,"v":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, eight), checkpoint.ErrInvalid, []string{"tensor v overlaps"}},
		{"no name", craft(head+`,"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, eight), checkpoint.ErrInvalid, []string{"no name"}},
		{"gap", craft(head+`,"v":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, eight), checkpoint.ErrInvalid, []string{"4 bytes before tensor v"}},
		{"rest", craft(head+`,`+w+`}`, eight+"xyz"), checkpoint.ErrInvalid, []string{"3 bytes after"}},
		{"shape mismatch", craft(head+`,"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, eight), checkpoint.ErrInvalid, []string{"F32[3] takes 12 bytes but has 8"}},
		{"shape overflow", craft(head+`,"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}`, eight), checkpoint.ErrInvalid, []string{"overflow"}},
		{"dimension overflow", craft(head+`,"w":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}}`, eight), checkpoint.ErrInvalid, []string{"overflow"}},
		{"negative shape", craft(head+`,"w":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}`, eight), checkpoint.ErrInvalid, []string{"shape"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.safetensors")
			must(t, os.WriteFile(path, c.bytes, 0o666))
			_, err := checkpoint.ReadFile(path)
			wantError(t, err, c.kind, append(c.words, path)...)
		})
	}
	if f, err := checkpoint.Parse(craft(head+`,`+w+`}   `, eight)); err != nil || len(f.Tensors) != 1 {
		t.Errorf("the frame of these cases is not good itself: %v", err)
	}
}

func TestReadFileErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := checkpoint.ReadFile(dir)
	wantError(t, err, checkpoint.ErrNotSafetensors, dir, "directory")
	_, err = checkpoint.ReadFile(filepath.Join(dir, "none"))
	wantError(t, err, os.ErrNotExist, "none", "check the path")
	if _, err = os.Stat("/dev/zero"); err == nil {
		_, err = checkpoint.ReadFile("/dev/zero") // has no end
		wantError(t, err, checkpoint.ErrNotSafetensors, "/dev/zero", "no regular file")
	}
	if _, err := checkpoint.Read(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Read: %v", err)
	}
	t.Run("permission", func(t *testing.T) {
		if os.Geteuid() == 0 || runtime.GOOS == "windows" {
			t.Skip("root reads what chmod forbids, and Windows has no chmod 0")
		}
		path := filepath.Join(dir, "secret")
		must(t, os.WriteFile(path, encode(t, sample()), 0))
		_, err := checkpoint.ReadFile(path)
		wantError(t, err, os.ErrPermission, path, "check who may read")
	})
}

// TestBitFlips: a flip of any bit of any byte is an error.
func TestBitFlips(t *testing.T) {
	good := encode(t, sample())
	for at := range good {
		for bit := range 8 {
			b := bytes.Clone(good)
			b[at] ^= 1 << bit
			if _, err := checkpoint.Parse(b); err == nil {
				t.Fatalf("flip of bit %d of byte %d of %d (%q) is not noticed", bit, at, len(good), good[at])
			}
		}
	}
}

func TestTruncation(t *testing.T) {
	good := encode(t, sample())
	for n := range good {
		_, err := checkpoint.Parse(good[:n])
		want := checkpoint.ErrTruncated
		if n == 0 {
			want = checkpoint.ErrEmpty
		}
		if !errors.Is(err, want) {
			t.Fatalf("first %d bytes of %d: %v, want %v", n, len(good), err, want)
		}
	}
}

// TestAbsurdLengthAllocates: a file of 16 bytes cannot make the reader allocate
// what it announces.
func TestAbsurdLengthAllocates(t *testing.T) {
	for _, announced := range []uint64{1 << 20, 99_999_999, 1 << 40, 1<<64 - 1} {
		b := append(binary.LittleEndian.AppendUint64(nil, announced), "{      }"...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := checkpoint.Parse(b)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; err == nil || got > 1<<16 {
			t.Errorf("header of %d bytes announced: %v, %d bytes allocated", announced, err, got)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := checkpoint.NewTensor("w", []uint8{1})
	for _, c := range []struct {
		name string
		file checkpoint.File
		want string
	}{
		{"duplicate", checkpoint.File{Tensors: []checkpoint.Tensor{one, one}}, "used twice"},
		{"empty name", checkpoint.File{Tensors: []checkpoint.Tensor{checkpoint.NewTensor("", []uint8{1})}}, "reserved"},
		{"reserved name", checkpoint.File{Tensors: []checkpoint.Tensor{checkpoint.NewTensor("__metadata__", []uint8{1})}}, "reserved"},
		{"name not UTF-8", checkpoint.File{Tensors: []checkpoint.Tensor{checkpoint.NewTensor("\xff", []uint8{1})}}, "UTF-8"},
		{"dtype", checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "w", DType: "F7"}}}, "F7"},
		{"size", checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "w", DType: "U8", Shape: []int{2}, Data: []byte{1}}}}, "takes 2 bytes but has 1"},
		{"negative", checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "w", DType: "U8", Shape: []int{-1, -1}, Data: []byte{1}}}}, "negative"},
		{"format", checkpoint.File{Metadata: map[string]string{"format": "pt"}}, "belongs to the format"},
		{"sha256", checkpoint.File{Metadata: map[string]string{"sha256": ""}}, "belongs to the format"},
		{"metadata not UTF-8", checkpoint.File{Metadata: map[string]string{"a": "\xff"}}, "UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			err := c.file.Write(&b)
			if err == nil || !strings.Contains(err.Error(), c.want) || b.Len() != 0 {
				t.Errorf("error %v and %d bytes, want %q and none", err, b.Len(), c.want)
			}
		})
	}
}
