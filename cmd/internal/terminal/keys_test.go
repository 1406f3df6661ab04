package terminal

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestKeys decodes what terminals send, whole and byte by byte.
func TestKeys(t *testing.T) {
	for _, test := range []struct {
		sent string
		want []Key
	}{
		{"w s", []Key{{'w', Pressed}, {' ', Pressed}, {'s', Pressed}}},
		{"−é", []Key{{'−', Pressed}, {'é', Pressed}}},
		{"\x03", []Key{{Interrupt, Pressed}}},
		{"\x1b[A\x1b[B\x1b[C\x1b[D", []Key{{Up, Pressed}, {Down, Pressed}, {Right, Pressed}, {Left, Pressed}}},
		{"\x1bOAq", []Key{{Up, Pressed}, {'q', Pressed}}},
		{"\r\n\t\x7f\x00\x1a", nil},
		{"\x1b[3~\x1b[15;2~\x1bOPx", []Key{{'x', Pressed}}}, // delete, shift and F5, F1
		// The kitty protocol: pressed, repeated, let go.
		{"\x1b[1;1:1A\x1b[1;1:2A\x1b[1;1:3A", []Key{{Up, Pressed}, {Up, Repeated}, {Up, Released}}},
		{"\x1b[119u\x1b[119;1:3u", []Key{{'w', Pressed}, {'w', Released}}},
		{"\x1b[61:43;2u\x1b[61;2u\x1b[32;65:3u", []Key{{'+', Pressed}, {'=', Pressed}, {' ', Released}}},
		{"\x1b[99;5u\x1b[99;5:3u\x1b[122;5u", []Key{{Interrupt, Pressed}}}, // Ctrl-C, and Ctrl-Z
		{"\x1b[57442;5u\x1b[27u", nil}, // Ctrl itself, escape
		{"\x1b[?11u\x1b[?0u\x1b[?62;c", []Key{{ReportsReleases, Pressed}}},
	} {
		var whole, bits keyDecoder
		if got := whole.decode(nil, []byte(test.sent)); !slices.Equal(got, test.want) {
			t.Errorf("%q: %v, want %v", test.sent, got, test.want)
		}
		var got []Key
		for i := range len(test.sent) {
			got = bits.decode(got, []byte{test.sent[i]})
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q, byte by byte: %v, want %v", test.sent, got, test.want)
		}
	}
}

// TestAnyBytes sends what no terminal does: a q that comes long enough after it is a q.
func TestAnyBytes(t *testing.T) {
	const seed, alphabet = 5, "\x1b[;:0123u\xe2\x88?OA<q"
	random := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		var d keyDecoder
		data := make([]byte, random.IntN(40))
		for i := range data {
			data[i] = alphabet[random.IntN(len(alphabet))]
		}
		d.decode(nil, data)
		keys := d.decode(nil, slices.Repeat([]byte{' '}, longestSequence))
		if keys = d.decode(keys, []byte{'q', 'q', 'q', 'q'}); keys[len(keys)-1] != (Key{Code: 'q'}) || len(d.rest) != 0 {
			t.Fatalf("seed %d: after %q there are %v, and %q is left", seed, data, keys, d.rest)
		}
	}
}
