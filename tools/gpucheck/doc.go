// Package gpucheck holds tools/gpu-check.sh to its word. The script is run by hand, on
// machines with a GPU that no other test sees; here it runs over programs that act as
// if there were one, in good health and with each thing wrong that it is there to find.
package gpucheck
