package checkpoint_test

import (
	"bytes"
	"reflect"
	"testing"

	"pongpg/trainer/checkpoint"
)

// FuzzRead: any bytes give a file or an error, and a file that is accepted
// survives being written and read. With sealed the checksum is made right, so
// that the rules behind it are reached too.
func FuzzRead(f *testing.F) {
	good := encode(f, sample())
	for _, seed := range [][]byte{
		nil, good, good[:8], good[:100], good[:len(good)-1], encode(f, &checkpoint.File{}),
		craft(`{}`, ""),
		craft(`{"__metadata__":{$,"version":"2"}}`, ""),
		craft(`{"__metadata__":{$,"version":"1"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "01234567"),
		craft(`{"__metadata__":{$,"version":"1"},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[0,9],"data_offsets":[8,8]}}`, "01234567"),
		craft(`{"__metadata__":{$,"version":"1"},"w":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,18446744073709551615]}}`, ""),
		craft(`{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"__metadata__":{"a":"\"sha256\":\"",$,"version":"1"}}`, "x"),
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, b []byte, sealed bool) {
		if sealed {
			b = seal(b)
		}
		before := bytes.Clone(b)
		file, err := checkpoint.Parse(b)
		if !bytes.Equal(b, before) {
			t.Fatal("Parse changed its input")
		}
		if err != nil {
			return
		}
		total := 0
		for _, tensor := range file.Tensors {
			total += len(tensor.Data)
		}
		if total > len(b) {
			t.Fatalf("%d bytes of tensors in a file of %d", total, len(b))
		}
		var again bytes.Buffer
		if err := file.Write(&again); err != nil {
			t.Fatalf("a file that was read cannot be written: %v", err)
		}
		back, err := checkpoint.Parse(again.Bytes())
		if err != nil || len(back.Tensors) != len(file.Tensors) || !reflect.DeepEqual(back.Metadata, file.Metadata) {
			t.Fatalf("read, written and read again: %v, %v", back, err)
		}
		for _, tensor := range file.Tensors {
			if got := back.Tensor(tensor.Name); !bytes.Equal(got.Data, tensor.Data) || !reflect.DeepEqual(got.Shape, tensor.Shape) {
				t.Fatalf("tensor %+v came back as %+v", tensor, got)
			}
		}
	})
}
