// Linked is a small program that links gorgonia.org/cu, for the tests of how a binary
// comes out. It prints whether there is a driver.
package main

import (
	"fmt"

	"gorgonia.org/cu"

	"pongpg/cuda/driver"
)

func main() {
	_, err := cu.MemAlloc(1)
	fmt.Println("before:", err)
	s := driver.Find()
	fmt.Println("path:", s.Path)
	fmt.Println("error:", s.Err())
}
