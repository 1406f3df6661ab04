package weights

import "io"

// The numbers of fields are those of onnx.proto (github.com/onnx/onnx), of which these
// are the messages used: ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto,
// ValueInfoProto, StringStringEntryProto.

const (
	onnxIR    = 8  // the version of the format that came with opset 17
	onnxOpset = 17 // of ai.onnx

	onnxFloat         = 1 // TensorProto.FLOAT
	onnxAttributeInt  = 2 // AttributeProto.INT
	onnxAttributeInts = 7 // AttributeProto.INTS
	modelIR           = 1
	modelProducer     = 2
	modelGraph        = 7
	modelOpset        = 8
	modelMetadata     = 14
	graphNode         = 1
	graphName         = 2
	graphInitializer  = 5
	graphInput        = 11
	graphOutput       = 12
	nodeInput         = 1
	nodeOutput        = 2
	nodeName          = 3
	nodeOp            = 4
	nodeAttribute     = 5
	attributeName     = 1
	attributeInt      = 3
	attributeInts     = 8
	attributeType     = 20
	tensorDims        = 1
	tensorDataType    = 2
	tensorName        = 8
	tensorRawData     = 9
	entryKey          = 1
	entryValue        = 2
	batchDimension    = "N"
	inputObservation  = "observation"
	outputLogits      = "logits"
	outputProbability = "prob"
)

// writeONNX writes the graph from observation to logits and prob [N][Outputs]
//
//	hidden = ReLU(observation·W1ᵀ), logits = hidden·W2ᵀ, prob = σ(logits) or softmax(logits)
//
// with observation [N][6400·Images], or for a convolutional policy, with observation
// [N][Images][80][80],
//
//	y = ReLU(Conv(observation, conv1)), … , hidden = ReLU(Flatten(y)·hiddenᵀ), logits = hidden·headᵀ
func writeONNX(out io.Writer, w *Weights) error {
	var graph message
	if len(w.Convs) == 0 {
		layer(&graph, "Gemm", inputObservation, "W1", "preactivation", "hidden", number("transB", 1))
		graph.bytes(graphNode, node("Gemm", []string{"hidden", "W2"}, outputLogits, number("transB", 1)))
	} else {
		convolutions(&graph, w)
	}
	if w.Outputs == 1 {
		graph.bytes(graphNode, node("Sigmoid", []string{outputLogits}, outputProbability))
	} else {
		graph.bytes(graphNode, node("Softmax", []string{outputLogits}, outputProbability, number("axis", 1)))
	}
	graph.text(graphName, "policy")
	for _, a := range w.Arrays {
		shape := a.Shape
		if len(shape) == 1 { // the post's W2
			shape = []int{w.Outputs, w.Hidden}
		}
		graph.bytes(graphInitializer, initializer(a.Name, shape, a.Values))
	}
	if len(w.Convs) == 0 {
		graph.bytes(graphInput, valueInfo(inputObservation, w.Images*Pixels))
	} else {
		graph.bytes(graphInput, valueInfo(inputObservation, w.Images, side, side))
	}
	graph.bytes(graphOutput, valueInfo(outputLogits, w.Outputs))
	graph.bytes(graphOutput, valueInfo(outputProbability, w.Outputs))

	var opset message
	opset.varint(2, onnxOpset)
	var model message
	model.varint(modelIR, onnxIR)
	model.text(modelProducer, "pongpg")
	model.bytes(modelGraph, graph)
	model.bytes(modelOpset, opset)
	for _, key := range names(w.Notes) {
		var entry message
		entry.text(entryKey, key)
		entry.text(entryValue, w.Notes[key])
		model.bytes(modelMetadata, entry)
	}
	_, err := out.Write(model)
	return err
}

// convolutions writes the nodes of a convolutional policy, as far as its logits. The array hidden
// counts its inputs channel by channel, as Flatten does.
func convolutions(graph *message, w *Weights) {
	in := inputObservation
	for i, c := range w.Convs {
		name := w.Arrays[i].Name
		layer(graph, "Conv", in, name, name+".preactivation", name+".output", numbers("kernel_shape", c.Size, c.Size), numbers(strides, c.Stride, c.Stride))
		in = name + ".output"
	}
	graph.bytes(graphNode, node("Flatten", []string{in}, "features", number("axis", 1)))
	layer(graph, "Gemm", "features", "hidden", "preactivation", "hidden.output", number("transB", 1))
	graph.bytes(graphNode, node("Gemm", []string{"hidden.output", "head"}, outputLogits, number("transB", 1)))
}

// layer writes an operation of an input with weights, and its ReLU.
func layer(graph *message, op, in, weights, between, out string, attributes ...message) {
	graph.bytes(graphNode, node(op, []string{in, weights}, between, attributes...))
	graph.bytes(graphNode, node("Relu", []string{between}, out))
}

func node(op string, inputs []string, output string, attributes ...message) (m message) {
	for _, input := range inputs {
		m.text(nodeInput, input)
	}
	m.text(nodeOutput, output)
	m.text(nodeName, output)
	m.text(nodeOp, op)
	for _, a := range attributes {
		m.bytes(nodeAttribute, a)
	}
	return m
}

// number returns an attribute that is a number.
func number(name string, x uint64) (m message) {
	m.text(attributeName, name)
	m.varint(attributeInt, x)
	m.varint(attributeType, onnxAttributeInt)
	return m
}

// numbers returns an attribute that is a list of numbers.
func numbers(name string, list ...int) (m message) {
	m.text(attributeName, name)
	for _, x := range list {
		m.varint(attributeInts, uint64(x))
	}
	m.varint(attributeType, onnxAttributeInts)
	return m
}

func initializer(name string, shape []int, values []float32) (m message) {
	for _, dim := range shape {
		m.varint(tensorDims, uint64(dim))
	}
	m.varint(tensorDataType, onnxFloat)
	m.text(tensorName, name)
	m.bytes(tensorRawData, encode(values))
	return m
}

// valueInfo returns a ValueInfoProto of float32 [N] and the dimensions.
func valueInfo(name string, dims ...int) (m message) {
	var batch, shape, tensor, kind message
	batch.text(2, batchDimension)
	shape.bytes(1, batch)
	for _, dim := range dims {
		var size message
		size.varint(1, uint64(dim))
		shape.bytes(1, size)
	}
	tensor.varint(1, onnxFloat)
	tensor.bytes(2, shape)
	kind.bytes(1, tensor)
	m.text(1, name)
	m.bytes(2, kind)
	return m
}
