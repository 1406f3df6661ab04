package crosscheck

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"pongpg/trainer"
	"pongpg/trainer/checkpoint"
)

// Difference is where two runs that should be the same are not.
type Difference struct {
	Update            int64  // after which
	Where             string // as "w1[3][17]", or a field of the metrics
	A, B              string // the reference's value, the tested device's
	Count, Of         int    // how many of the tensor's elements differ; 0 of the metrics
	Reference, Tested string // the devices' names
}

// Error says where, both values and both devices.
func (d *Difference) Error() string {
	text := fmt.Sprintf("after update %d %s is %s on %s, %s on %s", d.Update, d.Where, d.A, d.Reference, d.B, d.Tested)
	if d.Of > 0 {
		text += fmt.Sprintf(" (%d of %d elements differ)", d.Count, d.Of)
	}
	return text
}

// difference compares states; nil if they are the same.
func difference(update int64, a, b snapshot) *Difference {
	for i := range a.tensors {
		x, y := &a.tensors[i], &b.tensors[i]
		if fmt.Sprint(x.Name, x.DType, x.Shape) != fmt.Sprint(y.Name, y.DType, y.Shape) {
			return &Difference{Update: update, Where: "the shape of " + x.Name, A: fmt.Sprint(x.Shape), B: fmt.Sprint(y.Shape)}
		}
		if d := differentTensors(x, y); d != nil {
			d.Update = update
			return d
		}
	}
	return nil
}

// differentTensors compares tensors of the same shape, element by element.
func differentTensors(a, b *checkpoint.Tensor) *Difference {
	elements := 1
	for _, n := range a.Shape {
		elements *= n
	}
	if elements == 0 {
		return nil
	}
	size := len(a.Data) / elements
	var d *Difference
	for i := range elements {
		x, y := a.Data[i*size:(i+1)*size], b.Data[i*size:(i+1)*size]
		if string(x) == string(y) {
			continue
		}
		if d == nil {
			d = &Difference{Where: a.Name + index(i, a.Shape), A: element(a.DType, x), B: element(a.DType, y), Of: elements}
		}
		d.Count++
	}
	return d
}

// index returns the indices of element i in a shape, as "[3][17]".
func index(i int, shape []int) string {
	text := ""
	for _, n := range slices.Backward(shape) {
		text = fmt.Sprintf("[%d]", i%n) + text
		i /= n
	}
	return text
}

// element returns the text of an element in a checkpoint.
func element(dtype string, data []byte) string {
	bits := binary.LittleEndian.Uint64(append(slices.Clone(data), make([]byte, 8)...))
	if dtype == "F32" {
		return fmt.Sprintf("%v (%#08x)", math.Float32frombits(uint32(bits)), bits)
	}
	return fmt.Sprintf("%#x", bits)
}

// differentMetrics compares the metrics of an update but for those about time; nil if they
// are the same.
func differentMetrics(update int64, a, b trainer.Metrics) *Difference {
	a.ElapsedSeconds, a.SPS, b.ElapsedSeconds, b.SPS = 0, 0, 0, 0
	x, y := fields(a), fields(b)
	for _, name := range slices.Sorted(maps.Keys(x)) {
		if x[name] != y[name] {
			return &Difference{Update: update, Where: "the metric " + name, A: x[name], B: y[name]}
		}
	}
	return nil
}

// fields returns the metrics' JSON by name. Equal text is equal bits: a number is written
// with as many digits as it takes.
func fields(m trainer.Metrics) map[string]string {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // metrics that are not finite end a training
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		panic(err)
	}
	list := make(map[string]string, len(raw))
	for name, value := range raw {
		list[name] = strings.TrimSpace(string(value))
	}
	return list
}
