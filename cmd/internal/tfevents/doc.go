// Package tfevents reads and writes TensorBoard's event files, as far as it takes for
// scalars, histograms and images.
//
// An event file is records, one after another (TensorFlow, core/lib/io/record_writer.h):
//
//	8 bytes   the payload's length n, little-endian
//	4 bytes   masked CRC-32C of these 8 bytes
//	n bytes   the payload, a Protocol Buffers message Event
//	4 bytes   masked CRC-32C of the payload
//
// The numbers of fields are those of event.proto and summary.proto (github.com/tensorflow/tensorboard,
// tensorboard/compat/proto).
package tfevents
