package plot

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks marks an axis at multiples of 1, 2 or 5 times a power of ten, at most
// maxTicks of them.
type linearTicks struct{}

const maxTicks = 7

// Ticks implements plot.Ticker.
func (linearTicks) Ticks(low, high float64) []plot.Tick {
	step := tickStep((high - low) / maxTicks)
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var ticks []plot.Tick
	const inside = 1e-9 // of a step: what rounding may take from an end that is a multiple
	for n := math.Ceil(low/step - inside); n*step <= high+inside*step; n++ {
		ticks = append(ticks, plot.Tick{Value: n * step, Label: minus(strconv.FormatFloat(n*step+0, 'f', decimals, 64))})
	}
	return ticks
}

// tickStep returns the least of 1, 2 and 5 times the powers of ten that is not below least.
func tickStep(least float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, digit := range []float64{1, 2, 5} {
		if digit*power >= least {
			return digit * power
		}
	}
	return 10 * power
}

// logTicks marks a logarithmic axis at the powers of ten, or at 1, 2 and 5 times them where
// they are few.
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(low, high float64) []plot.Tick {
	few := math.Log10(high/low) < 2
	var ticks []plot.Tick
	for power := math.Floor(math.Log10(low)); power <= math.Log10(high); power++ {
		for digit := 1.0; digit < 10; digit++ {
			// Parsed and not computed: the label is the shortest number that is the value.
			text := strconv.Itoa(int(digit)) + "e" + strconv.Itoa(int(power))
			value, err := strconv.ParseFloat(text, 64)
			if err != nil || value < low || value > high {
				continue
			}
			label := ""
			if digit == 1 || few && (digit == 2 || digit == 5) {
				if label = text; power >= -4 && power < 5 {
					label = strconv.FormatFloat(value, 'f', -1, 64)
				}
			}
			ticks = append(ticks, plot.Tick{Value: value, Label: minus(label)})
		}
	}
	return ticks
}

// minus writes a minus as the en dash, which is as wide as one; a PDF's standard encoding has
// no other.
func minus(number string) string {
	if zero := strings.Trim(number, "-0."); zero == "" {
		return strings.TrimPrefix(number, "-")
	}
	return strings.ReplaceAll(number, "-", "–")
}
