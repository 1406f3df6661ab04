package pickle_test

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"pongpg/trainer/weights/pickle"
)

// two is the pickle of two small arrays.
func two() []byte {
	return pickle.Encode([]pickle.Named{
		{Name: "W1", Shape: []int{1, 2}, Data: []byte("0123456789abcdef")},
		{Name: "W2", Shape: []int{1}, Data: []byte{0, 0x7f, 0x80, 0xff, '\n', '\\', '\'', 1}},
	})
}

func TestEncode(t *testing.T) {
	got, err := pickle.Decode(two())
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	w1, w2 := got["W1"], got["W2"]
	if w1.Type != "f8" || w1.BigEndian || w1.Fortran || len(w1.Shape) != 2 || string(w1.Data) != "0123456789abcdef" {
		t.Errorf("W1: %+v", w1)
	}
	if len(w2.Shape) != 1 || w2.Shape[0] != 1 || string(w2.Data) != "\x00\x7f\x80\xff\n\\'\x01" {
		t.Errorf("W2: %+v", w2)
	}
}

// An array as Python 2 writes it in protocol 0, with the state to be filled in.
const reconstructed = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"

// TestRefused: what arrays do not take is refused by name, whatever it is.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, pickle string
		kind         error
		words        []string
	}{
		{"a command", "cos\nsystem\n(S'touch /tmp/owned'\ntR.", pickle.ErrRefused, []string{"os.system", "byte 0", "nothing of it was run"}},
		{"a command, protocol 4", "\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x85R.", pickle.ErrRefused, []string{"posix.system"}},
		{"eval", "c__builtin__\neval\n(S'1'\ntR.", pickle.ErrRefused, []string{"__builtin__.eval"}},
		{"a name with an escape", "cos\x1b[2J\nsystem\n.", pickle.ErrRefused, []string{`os\x1b[2J.system`}},
		{"a name within numpy", "cnumpy\nload\n(S'x'\ntR.", pickle.ErrRefused, []string{"numpy.load"}},
		{"ndarray called", "cnumpy\nndarray\n(I5\ntR.", pickle.ErrRefused, []string{"numpy.ndarray", "other arguments"}},
		{"encode to another codec", "c_codecs\nencode\n(Vabc\nS'zlib'\ntR.", pickle.ErrRefused, []string{"_codecs.encode"}},
		{"a subclass", "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\n(I0\ntS'b'\ntR.", pickle.ErrRefused, []string{"_reconstruct"}},
		{"an instance", "(S'x'\nios\nsystem\n.", pickle.ErrRefused, []string{"INST", "byte 6"}},
		{"an object", "(cnumpy\nndarray\no.", pickle.ErrRefused, []string{"OBJ"}},
		{"a persistent id", "Pmodel\n.", pickle.ErrRefused, []string{"PERSID"}},
		{"an extension", "\x80\x02\x82\x01.", pickle.ErrRefused, []string{"EXT1"}},
		{"a new object", "\x80\x02cnumpy\nndarray\n)\x81.", pickle.ErrRefused, []string{"NEWOBJ"}},
		{"a buffer out of band", "\x80\x05\x97.", pickle.ErrRefused, []string{"NEXT_BUFFER"}},
		{"a list", "(lp0\n.", pickle.ErrRefused, []string{"LIST"}},
		{"a number", "I5\n.", pickle.ErrRefused, []string{"5, not a dictionary"}},
		{"a list inside", "(dS'W1'\nI5\ns.", pickle.ErrRefused, []string{`"W1"`, "is 5, not an array"}},
		{"a name that is none", "(dI5\n" + reconstructed + "s.", pickle.ErrRefused, []string{"5 for a name"}},
		{"no state", "(dS'W1'\n" + reconstructed + "s.", pickle.ErrDamaged, []string{`"W1" has no elements`}},
		{"the state of nothing", "(dI1\nb.", pickle.ErrRefused, []string{"state of a dictionary is 1"}},
		{"protocol 6", "\x80\x06}.", pickle.ErrRefused, []string{"protocol 6"}},
		{"no instruction", "(d\xfe.", pickle.ErrDamaged, []string{"0xfe", "byte 2"}},
		{"a mark for a value", "(\x85.", pickle.ErrDamaged, []string{"mark"}},
		{"no mark", "t.", pickle.ErrDamaged, []string{"no mark"}},
		{"nothing on the stack", "R.", pickle.ErrDamaged, []string{"empty stack"}},
		{"two values", "}}.", pickle.ErrDamaged, []string{"2 values"}},
		{"never remembered", "g7\n.", pickle.ErrDamaged, []string{"recalls 7"}},
		{"a length beyond the end", "\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", pickle.ErrDamaged, []string{"cut off"}},
		{"an escape", "S'\\q'\n.", pickle.ErrDamaged, []string{`\q`}},
		{"a surrogate escape", "V\\uzzzz\n.", pickle.ErrDamaged, []string{"zzzz"}},
	} {
		_, err := pickle.Decode([]byte(c.pickle))
		if !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %v", c.name, err, c.kind)
			continue
		}
		for _, word := range append(c.words, "; pickle the dictionary") {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not say %q", c.name, err, word)
			}
		}
	}
}

func TestCutOff(t *testing.T) {
	whole := two()
	for n := range whole {
		if _, err := pickle.Decode(whole[:n]); !errors.Is(err, pickle.ErrDamaged) {
			t.Fatalf("the first %d bytes of %d: %v", n, len(whole), err)
		}
	}
	if _, err := pickle.Decode(append(whole, 0)); !errors.Is(err, pickle.ErrDamaged) {
		t.Errorf("a byte after the end: %v", err)
	}
}

// TestMemory: a small pickle cannot make the reader allocate much.
func TestMemory(t *testing.T) {
	text := strings.Repeat("x", 1<<16)
	for name, b := range map[string]string{
		"a length":            "\x8e\xff\xff\xff\xff\xff\xff\xff\x00",
		"one text many times": "c_codecs\nencode\np0\nV" + text + "\np1\n" + strings.Repeat("g0\ng1\nU\x06latin1\x86R", 10_000),
		"a type's long name":  "cnumpy\ndtype\np0\nT\x00\x00\x01\x00" + text + "q\x01" + strings.Repeat("h\x00h\x01KK\x87R", 10_000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := pickle.Decode([]byte(b))
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; err == nil || got > 4<<20 {
			t.Errorf("%s: %v, %d bytes allocated for %d", name, err, got, len(b))
		}
	}
}

// FuzzDecode: any bytes give arrays or an error, in as much memory as they are long.
func FuzzDecode(f *testing.F) {
	f.Add(two())
	f.Add([]byte("(dp0\nS'W1'\np1\n" + reconstructed + "(I1\n(I1\ntcnumpy\ndtype\n(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x00\\n\"34567'\ntbs."))
	f.Add([]byte("\x80\x05\x95\x00\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x02W1\x94\x8c\x13numpy._core.numeric\x94\x8c\x0b_frombuffer\x94\x93\x94(\x96\x08\x00\x00\x00\x00\x00\x00\x0012345678\x94\x8c\x05numpy\x94\x8c\x05dtype\x94\x93\x94\x8c\x02f8\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01<\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t\x94bK\x01\x85\x94\x8c\x01C\x94t\x94R\x94u."))
	f.Add([]byte("cos\nsystem\n(S'true'\ntR."))
	f.Add([]byte("c_codecs\nencode\n(Va\\u00ff\nS'latin1'\ntR."))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		arrays, err := pickle.Decode(b)
		if !bytes.Equal(b, before) {
			t.Fatal("Decode changed its input")
		}
		if err != nil {
			if !errors.Is(err, pickle.ErrDamaged) && !errors.Is(err, pickle.ErrRefused) {
				t.Fatal(err)
			}
			return
		}
		for name, a := range arrays {
			if len(a.Data) > len(b) || len(name) > len(b) {
				t.Fatalf("%q: %d bytes out of %d", name, len(a.Data), len(b))
			}
		}
	})
}
