package tfevents

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Event's fields.
const (
	eventWallTime   = 1
	eventStep       = 2
	eventVersion    = 3
	eventSummary    = 5
	eventSessionLog = 7
)

// Those of Summary, Summary.Value, Summary.Image, HistogramProto and SessionLog.
const (
	summaryValue = 1

	valueTag       = 1
	valueScalar    = 2
	valueImage     = 4
	valueHistogram = 5

	imageHeight = 1
	imageWidth  = 2
	imageColors = 3
	imageFile   = 4

	histogramMin     = 1
	histogramMax     = 2
	histogramCount   = 3
	histogramSum     = 4
	histogramSquares = 5
	histogramLimits  = 6
	histogramBuckets = 7

	sessionStatus = 1
	statusStart   = 1
)

// Version returns the payload that a file begins with.
func Version(wallTime float64) []byte {
	return protowire.AppendString(protowire.AppendTag(event(nil, wallTime, 0), eventVersion, protowire.BytesType), "brain.Event:2")
}

// Start returns the payload that says that a run begins at a step: TensorBoard forgets what it
// has been shown of the run from this step on.
func Start(wallTime float64, step int64) []byte {
	session := protowire.AppendVarint(protowire.AppendTag(nil, sessionStatus, protowire.VarintType), statusStart)
	return protowire.AppendBytes(protowire.AppendTag(event(nil, wallTime, step), eventSessionLog, protowire.BytesType), session)
}

// event appends when, in seconds since 1970, and the step.
func event(dst []byte, wallTime float64, step int64) []byte {
	dst = appendDouble(dst, eventWallTime, wallTime)
	if step == 0 {
		return dst
	}
	return protowire.AppendVarint(protowire.AppendTag(dst, eventStep, protowire.VarintType), uint64(step))
}

func appendDouble(dst []byte, field protowire.Number, x float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(dst, field, protowire.Fixed64Type), math.Float64bits(x))
}

// Summary is the payload of an event in the making: values of one step, each with a tag.
type Summary struct {
	values []byte // as fields of Summary
}

// Reset makes it empty.
func (s *Summary) Reset() { s.values = s.values[:0] }

// Scalar adds a number.
func (s *Summary) Scalar(tag string, x float32) {
	const fixed = 5 // a tag and 4 bytes
	size := protowire.SizeTag(valueTag) + protowire.SizeBytes(len(tag)) + fixed
	b := protowire.AppendTag(s.values, summaryValue, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	b = protowire.AppendString(protowire.AppendTag(b, valueTag, protowire.BytesType), tag)
	s.values = protowire.AppendFixed32(protowire.AppendTag(b, valueScalar, protowire.Fixed32Type), math.Float32bits(x))
}

// PNG adds an image, of 3 colours.
func (s *Summary) PNG(tag string, width, height int, file []byte) {
	var m []byte
	for _, field := range []struct {
		number protowire.Number
		x      int
	}{{imageHeight, height}, {imageWidth, width}, {imageColors, 3}} {
		m = protowire.AppendVarint(protowire.AppendTag(m, field.number, protowire.VarintType), uint64(field.x))
	}
	s.value(tag, valueImage, protowire.AppendBytes(protowire.AppendTag(m, imageFile, protowire.BytesType), file))
}

// value adds a value that is a message.
func (s *Summary) value(tag string, field protowire.Number, message []byte) {
	b := protowire.AppendString(protowire.AppendTag(nil, valueTag, protowire.BytesType), tag)
	b = protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), message)
	s.values = protowire.AppendBytes(protowire.AppendTag(s.values, summaryValue, protowire.BytesType), b)
}

// Append appends the payload to dst.
func (s *Summary) Append(dst []byte, wallTime float64, step int64) []byte {
	return protowire.AppendBytes(protowire.AppendTag(event(dst, wallTime, step), eventSummary, protowire.BytesType), s.values)
}
