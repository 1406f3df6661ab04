package tfevents

import (
	"errors"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Event is what a payload says of itself.
type Event struct {
	WallTime float64
	Step     int64
	Scalars  bool // it holds scalars and nothing else
	Pictures bool // it holds an image or a histogram
}

var errEvent = errors.New("no event")

// Parse reads a payload.
func Parse(payload []byte) (e Event, err error) {
	err = fields(payload, func(field protowire.Number, x uint64, inside []byte) error {
		switch field {
		case eventWallTime:
			e.WallTime = math.Float64frombits(x)
		case eventStep:
			e.Step = int64(x)
		case eventSummary:
			return fields(inside, e.parseValue)
		}
		return nil
	})
	e.Scalars = e.Scalars && !e.Pictures
	return e, err
}

// parseValue reads a field of Summary.
func (e *Event) parseValue(field protowire.Number, _ uint64, value []byte) error {
	if field != summaryValue {
		return nil
	}
	return fields(value, func(field protowire.Number, _ uint64, _ []byte) error {
		e.Scalars = e.Scalars || field == valueScalar
		e.Pictures = e.Pictures || field == valueImage || field == valueHistogram
		return nil
	})
}

// fields calls visit with each field of a message: its value as a number, or as bytes, which
// alias b.
func fields(b []byte, visit func(field protowire.Number, x uint64, inside []byte) error) error {
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errEvent
		}
		b = b[n:]
		var x uint64
		var inside []byte
		switch kind {
		case protowire.VarintType:
			x, n = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			x, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			inside, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(field, kind, b)
		}
		if n < 0 {
			return errEvent
		}
		b = b[n:]
		if err := visit(field, x, inside); err != nil {
			return err
		}
	}
	return nil
}
