package checkpoint_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pongpg/trainer/checkpoint"
)

// The test binary runs itself again as the other process of TestKill and
// TestLockTwoProcesses.
const helperVariable = "PONGPG_CHECKPOINT_HELPER"

func TestMain(m *testing.M) {
	if mode, dir, ok := strings.Cut(os.Getenv(helperVariable), ":"); ok {
		helpers := map[string]func(dir string) error{"save": saveForever, "hold": holdLock}
		fmt.Fprintln(os.Stderr, helpers[mode](dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// sample has every helper's type, an empty tensor, sizes that align badly, and
// strings that JSON escapes.
func sample() *checkpoint.File {
	return &checkpoint.File{
		Metadata: map[string]string{"preset": "karpathy", "note": "\"<é>\" \\ \n", "empty": ""},
		Tensors: []checkpoint.Tensor{
			checkpoint.NewTensor("bytes", []uint8{1, 2, 3, 4, 5}),
			checkpoint.NewTensor("w1", []float32{1, -2.5, 1e-38, 4, 5, 6}, 2, 3),
			checkpoint.NewTensor("balls", []uint16{7, 65535, 9}),
			checkpoint.NewTensor("counters", []int64{-1, 1 << 62}, 2, 1),
			checkpoint.NewTensor("actions", []int32{-7, 7}),
			checkpoint.NewTensor("seed", []uint32{4294967295}),
			checkpoint.NewTensor("key", []uint64{1<<64 - 1}),
			checkpoint.NewTensor("average", []float64{-21.125}),
			checkpoint.NewTensor("nothing", []float32{}, 0, 200),
		},
	}
}

// small is the checkpoint after an update, for tests that write many.
func small(update int64) *checkpoint.File {
	return &checkpoint.File{Tensors: []checkpoint.Tensor{checkpoint.NewTensor("w", []int64{update, update * update})}}
}

func encode(t testing.TB, f *checkpoint.File) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes()
}

// seal computes the checksum of a file by the recipe in doc.go. A file that
// records none it returns as it is.
func seal(b []byte) []byte {
	const key = `"sha256":"`
	at := bytes.Index(b, []byte(key)) + len(key)
	if at < len(key) || at+64 > len(b) {
		return b
	}
	b = bytes.Clone(b)
	copy(b[at:], strings.Repeat("0", 64))
	sum := sha256.Sum256(b)
	hex.Encode(b[at:], sum[:])
	return b
}

// craft is a file with that header, where $ stands for the format's own
// metadata, sealed.
func craft(header, data string) []byte {
	own := fmt.Sprintf(`"format":"pongpg checkpoint","sha256":"%064d"`, 0)
	header = strings.ReplaceAll(header, "$", own)
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return seal(append(append(b, header...), data...))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantError checks an error's kind, that it says all of the words, and the
// house's form: one line, lower case, ending in what to do.
func wantError(t testing.TB, err, kind error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", kind)
	}
	if !errors.Is(err, kind) {
		t.Errorf("error %q is not %q", err, kind)
	}
	text := err.Error()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("error %q does not say %q", text, word)
		}
	}
	if text[0] < 'a' || text[0] > 'z' || strings.HasSuffix(text, ".") {
		t.Errorf("error %q is not lower case without a full stop", text)
	}
	if !strings.ContainsAny(text, ";") {
		t.Errorf("error %q does not say what to do", text)
	}
}

// temps lists temporary files anywhere under dir.
func temps(t testing.TB, dir string) (found []string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if strings.Contains(filepath.Base(path), ".tmp-") {
			found = append(found, path)
		}
		return err
	}))
	return found
}

func flipByte(t testing.TB, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	b[len(b)-1] ^= 1
	must(t, os.WriteFile(path, b, 0o666))
}
