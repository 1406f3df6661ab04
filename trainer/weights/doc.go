// Package weights writes a policy's weights as files that other programs read, and
// reads the files that they write, so that a policy can be learned here and played
// elsewhere, or the other way round.
//
// The weights are those of the 2016 post, W1 [hidden][6400] and W2 [hidden] (two
// actions) or [actions][hidden]: no biases, pixel 80·row+column. Every format holds
// these two arrays by these names:
//
//	safetensors  float32, and the Notes as metadata
//	npz          float32, two .npy in a zip, as numpy.savez writes it
//	pickle       float64, the dictionary that the post's script calls save.p; two actions only
//	onnx         float32, with the graph that computes probabilities from observations
//
// Reading believes nothing: any bytes give weights or an error, in no more memory than
// the largest weights take, and nothing in a file is ever run.
package weights
