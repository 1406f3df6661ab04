// Gen writes the forward table of package driver from its cuda.h: forward.h and
// forward.c for C, entries.go, results.go and attributes.go for Go.
//
// A driver function has many faces here — a prototype, a forward, a place in the table,
// a symbol to look up, a trampoline to a Simulator, a constant in Go — and they have
// to agree to the byte. So each is written from the prototype, and nothing twice.
package main

import (
	"fmt"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	if err := run("include/cuda.h"); err != nil {
		log.Fatalf("gen: %v", err)
	}
}

// run reads the header and writes the files into the working directory.
func run(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the header: %w; run go generate in cuda/driver", err)
	}
	h, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, file := range []struct {
		name string
		make func(header) ([]byte, error)
	}{
		{"forward.h", forwardH},
		{"forward.c", forwardC},
		{"entries.go", entriesGo},
		{"results.go", resultsGo},
		{"attributes.go", attributesGo},
	} {
		out, err := file.make(h)
		if err != nil {
			return fmt.Errorf("%s: %w", file.name, err)
		}
		if err := os.WriteFile(file.name, out, 0o666); err != nil {
			return err
		}
	}
	return nil
}
