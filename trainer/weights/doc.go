// Package weights writes a policy's weights as files that other programs read, and
// reads the files that they write, so that a policy can be learned here and played
// elsewhere, or the other way round.
//
// The post's network, without biases, is W1 [hidden][6400·images] and W2 [hidden] (two actions)
// or [actions][hidden]; pixel 80·row+column, the image now before the difference where there are
// both. A convolutional one is conv1 [filters][images][size][size], conv2 [filters][channels][size][size]
// and so on, hidden [hidden][channels·rows·columns], head [1 or actions][hidden]: in the order of
// ONNX's Conv and Gemm, and PyTorch's. Besides these it has strides [convolutions], whole numbers. Every
// format holds these arrays by these names:
//
//	safetensors  float32, and the Notes as metadata
//	npz          float32, a .npy for each in a zip, as numpy.savez writes it
//	pickle       float64, the dictionary that the post's script calls save.p: its network on one image, two actions
//	onnx         float32, with the graph that computes probabilities from observations, and the Notes
//
// Reading believes nothing: any bytes give weights or an error, in no more memory than
// the largest weights take, and nothing in a file is ever run.
package weights
