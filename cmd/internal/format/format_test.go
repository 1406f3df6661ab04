package format

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Count(0), "0"}, {Count(999), "999"}, {Count(1000), "1,000"}, {Count(-1234567), "-1,234,567"}, {Count(-100), "-100"},
		{Count(math.MinInt64), "-9,223,372,036,854,775,808"},
		{Plural(1, "update"), "1 update"}, {Plural(2000, "update"), "2,000 updates"},
		{Short(0), "0"}, {Short(950), "950"}, {Short(999.4), "999"}, {Short(999.6), "1.00 k"}, {Short(1000), "1 k"},
		{Short(12345), "12.3 k"}, {Short(99_960), "100 k"}, {Short(6.814e6), "6.81 M"}, {Short(9.996e6), "10.0 M"},
		{Short(3e8), "300 M"}, {Short(999.6e6), "1.00 G"}, {Short(5e12), "5000 G"}, {Short(0.5), "0.50"}, {Short(-2500), "-2.50 k"},
		{Return(math.NaN()), "–"}, {Return(-20.126), "-20.13"}, {Return(3), "+3.00"},
		{Duration(20 * time.Millisecond), "0.02s"}, {Duration(0), "0.00s"}, {Duration(45 * time.Second), "45s"},
		{Duration(59600 * time.Millisecond), "1m00s"}, {Duration(192 * time.Second), "3m12s"},
		{Duration(2*time.Hour + 5*time.Minute), "2h05m"}, {Duration(76 * time.Hour), "3d04h"},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

func TestShell(t *testing.T) {
	got := Shell("train", "--run", "a b", "", "it's", "lr-0.001_seed-1", "/x.y:z@%,+", "a;b", "$HOME")
	if want := `train --run 'a b' '' 'it'\''s' lr-0.001_seed-1 /x.y:z@%,+ 'a;b' '$HOME'`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTable(t *testing.T) {
	got := Table([][]string{{"a", "–", "x"}, {"long", "b"}, {}, {"", "", "y"}})
	if want := "a     –  x\nlong  b\n\n         y\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFit(t *testing.T) {
	for _, test := range []struct {
		text    string
		letters int
		want    string
	}{
		{"win-1", 5, "win-1"}, {"äöüßé", 5, "äöüßé"}, {"a-long-name-7", 7, "a-l…e-7"}, {"a-long-name-7", 8, "a-lo…e-7"},
		{"abc", 2, "a…"}, {"abc", 1, "…"}, {"abc", 0, ""}, {"abc", -1, ""},
	} {
		if got := Middle(test.text, test.letters); got != test.want {
			t.Errorf("%q in %d letters: %q, want %q", test.text, test.letters, got, test.want)
		}
	}
	for _, test := range []struct {
		text    string
		letters int
		want    []string
	}{
		{"", 9, nil},
		{"it is raining", 9, []string{"it is", "raining"}},
		{"it is raining", 13, []string{"it is raining"}},
		{"open /a/long/path: no", 8, []string{"open", "/a/long/", "path: no"}},
		{"ab", 0, []string{"a", "b"}},
	} {
		if got := Wrap(test.text, test.letters); !slices.Equal(got, test.want) {
			t.Errorf("%q in lines of %d: %q, want %q", test.text, test.letters, got, test.want)
		}
	}
}
