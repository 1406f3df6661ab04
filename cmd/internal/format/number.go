package format

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Count returns n with commas between the thousands: 300,000,000.
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// Short returns x in at most four digits and a unit of a thousand (k), a million (M)
// or a billion (G): 950, 6.81 M, 300 M.
func Short(x float64) string {
	unit := ""
	for _, u := range []string{" k", " M", " G"} {
		// 999.5 would be rounded to 1000 of the unit below.
		if math.Abs(x) < 999.5 {
			break
		}
		x, unit = x/1000, u
	}
	decimals := 2
	switch {
	case x == math.Trunc(x) || math.Abs(x) >= 99.95:
		decimals = 0
	case math.Abs(x) >= 9.995:
		decimals = 1
	}
	return strconv.FormatFloat(x, 'f', decimals, 64) + unit
}

// Return returns a mean return with its sign, or "–" if there is none (NaN).
func Return(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%+.2f", x)
}

// Plural returns n and a noun, as "1 update" or "2,000 updates".
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}

// Duration returns d in its two largest units: 0.24s, 45s, 3m12s, 2h05m, 3d04h.
func Duration(d time.Duration) string {
	s := int64(math.Round(d.Seconds()))
	switch {
	case s < 1:
		return fmt.Sprintf("%.2fs", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 60*60:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	case s < 24*60*60:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	}
	return fmt.Sprintf("%dd%02dh", s/86400, s/3600%24)
}
