// Package picture draws what a policy's units look for: the weights of its first layer as
// images in a grid, as in the 2016 post, and animations of how they came about.
package picture
