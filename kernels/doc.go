// Package kernels is the device code of the backend on a GPU: CUDA C++ sources, the
// PTX compiled from them, and what it takes to launch each.
//
// The PTX is committed and embedded, so that a build needs no CUDA compiler and a
// program no file beside it; the driver translates it for the card it finds. It is for
// compute capability 6.0, which every later card runs. make kernels compiles it
// anew (clang-19 and no SDK), and CI refuses PTX that is not what its source makes.
//
// One operation is one .cu, one .ptx and one .go, each of its name. The .cu begins
// with the formula; the .go describes each entry: its parameters, and how many
// blocks a launch has. Headers hold what several kernels need.
//
// All kernels give the bits that package compute's contract asks for: nothing is
// contracted or approximated, subnormals are kept, and sums are in the written order.
// kernels_test.go reads that from the PTX itself.
package kernels
