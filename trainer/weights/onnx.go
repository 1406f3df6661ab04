package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// The numbers of fields are those of onnx.proto (github.com/onnx/onnx), of which these
// are the messages used: ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto,
// ValueInfoProto.

const (
	onnxIR    = 8  // the version of the format that came with opset 17
	onnxOpset = 17 // of ai.onnx

	onnxFloat         = 1 // TensorProto.FLOAT
	onnxAttributeInt  = 2 // AttributeProto.INT
	modelIR           = 1
	modelProducer     = 2
	modelGraph        = 7
	modelOpset        = 8
	graphNode         = 1
	graphName         = 2
	graphInitializer  = 5
	graphInput        = 11
	graphOutput       = 12
	tensorDims        = 1
	tensorDataType    = 2
	tensorName        = 8
	tensorRawData     = 9
	batchDimension    = "N"
	inputObservation  = "observation"
	outputLogits      = "logits"
	outputProbability = "prob"
)

// writeONNX writes the graph
//
//	hidden = ReLU(observation·W1ᵀ), logits = hidden·W2ᵀ, prob = σ(logits) or softmax(logits)
//
// of observation [N][6400] to logits and prob [N][Outputs], with W2 [Outputs][Hidden].
func writeONNX(out io.Writer, w *Weights) error {
	var graph message
	graph.bytes(graphNode, node("Gemm", []string{inputObservation, "W1"}, "preactivation", attribute("transB", 1)))
	graph.bytes(graphNode, node("Relu", []string{"preactivation"}, "hidden", nil))
	graph.bytes(graphNode, node("Gemm", []string{"hidden", "W2"}, outputLogits, attribute("transB", 1)))
	if w.Outputs == 1 {
		graph.bytes(graphNode, node("Sigmoid", []string{outputLogits}, outputProbability, nil))
	} else {
		graph.bytes(graphNode, node("Softmax", []string{outputLogits}, outputProbability, attribute("axis", 1)))
	}
	graph.text(graphName, "policy")
	graph.bytes(graphInitializer, initializer("W1", w.Hidden, Pixels, w.W1))
	graph.bytes(graphInitializer, initializer("W2", w.Outputs, w.Hidden, w.W2))
	graph.bytes(graphInput, valueInfo(inputObservation, Pixels))
	graph.bytes(graphOutput, valueInfo(outputLogits, w.Outputs))
	graph.bytes(graphOutput, valueInfo(outputProbability, w.Outputs))

	var opset message
	opset.varint(2, onnxOpset)
	var model message
	model.varint(modelIR, onnxIR)
	model.text(modelProducer, "pongpg")
	model.bytes(modelGraph, graph)
	model.bytes(modelOpset, opset)
	_, err := out.Write(model)
	return err
}

func node(op string, inputs []string, output string, attribute message) (m message) {
	for _, input := range inputs {
		m.text(1, input)
	}
	m.text(2, output)
	m.text(3, output) // its name
	m.text(4, op)
	if attribute != nil {
		m.bytes(5, attribute)
	}
	return m
}

func attribute(name string, x uint64) (m message) {
	m.text(1, name)
	m.varint(3, x)
	m.varint(20, onnxAttributeInt)
	return m
}

func initializer(name string, rows, cols int, values []float32) (m message) {
	m.varint(tensorDims, uint64(rows))
	m.varint(tensorDims, uint64(cols))
	m.varint(tensorDataType, onnxFloat)
	m.text(tensorName, name)
	m.bytes(tensorRawData, encode(values))
	return m
}

// valueInfo returns a ValueInfoProto of float32 [N][cols].
func valueInfo(name string, cols int) (m message) {
	var batch, width, shape, tensor, kind message
	batch.text(2, batchDimension)
	width.varint(1, uint64(cols))
	shape.bytes(1, batch)
	shape.bytes(1, width)
	tensor.varint(1, onnxFloat)
	tensor.bytes(2, shape)
	kind.bytes(1, tensor)
	m.text(1, name)
	m.bytes(2, kind)
	return m
}

var errOtherGraph = errors.New("it is not the model that pongpg export writes, and another graph may compute something else; save its weights W1 and W2 as safetensors or npz")

// readONNX reads what writeONNX wrote and nothing else: from the weights found the model
// is written again, and the two must be equal, byte by byte.
func readONNX(b []byte) (*Weights, error) {
	arrays := map[string]array{}
	err := fields(b, func(field int, _ uint64, graph []byte) error {
		if field != modelGraph {
			return nil
		}
		return fields(graph, func(field int, _ uint64, tensor []byte) error {
			if field != graphInitializer {
				return nil
			}
			name, a, err := readInitializer(tensor)
			arrays[name] = a
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	w, err := fromArrays(arrays)
	if err != nil {
		return nil, err
	}
	var again bytes.Buffer
	if err := writeONNX(&again, w); err != nil {
		return nil, err
	}
	if !bytes.Equal(again.Bytes(), b) {
		return nil, errOtherGraph
	}
	return w, nil
}

func readInitializer(tensor []byte) (name string, a array, err error) {
	var shape []int
	var data []byte
	err = fields(tensor, func(field int, x uint64, inside []byte) error {
		switch field {
		case tensorDims:
			if len(shape) == 2 || x > maxElements {
				return errOtherGraph
			}
			shape = append(shape, int(x))
		case tensorName:
			name = string(inside)
		case tensorRawData:
			data = inside
		}
		return nil
	})
	if err != nil {
		return "", array{}, err
	}
	if len(data) == 0 {
		return "", array{}, errOtherGraph
	}
	a, err = decode(data, 4, binary.LittleEndian, shape, false)
	return name, a, err
}
