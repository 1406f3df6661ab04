package main

import (
	"bytes"
	"fmt"
	"go/format"
	"strings"
)

// entriesGo lists the functions as constants of type Entry.
func entriesGo(h header) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(codeGenerated + "\npackage driver\n\n// The driver's functions.\nconst (\n")
	for i, f := range h.functions {
		iota := ""
		if i == 0 {
			iota = " Entry = iota"
		}
		fmt.Fprintf(&b, "\tEntry%s%s // %s(%s)\n", strings.TrimPrefix(f.name, "cu"), iota, f.symbol, f.declaration())
	}
	b.WriteString(")\n\n// Entries is the number of functions.\n")
	fmt.Fprintf(&b, "const Entries = %d\n\n", len(h.functions))
	b.WriteString("var entries = [Entries]struct {\n\tsymbol, other string\n\tarity int\n}{\n")
	for _, f := range h.functions {
		fmt.Fprintf(&b, "\t{%q, %q, %d},\n", f.symbol, f.other, len(f.params))
	}
	b.WriteString("}\n")
	return format.Source(b.Bytes())
}

// resultsGo lists the constants of CUresult as constants of type Result.
func resultsGo(h header) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(codeGenerated + "\npackage driver\n\n// The driver's results.\nconst (\n")
	for _, c := range h.results {
		fmt.Fprintf(&b, "\t%s Result = %d\n", camel(strings.TrimPrefix(strings.TrimPrefix(c.name, "CUDA_"), "ERROR_")), c.value)
	}
	b.WriteString(")\n\nvar resultNames = map[Result]string{\n")
	for _, c := range h.results {
		fmt.Fprintf(&b, "\t%d: %q,\n", c.value, c.name)
	}
	b.WriteString("}\n")
	return format.Source(b.Bytes())
}

// attributesGo lists the constants of CUdevice_attribute as constants of type Attribute.
func attributesGo(h header) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(codeGenerated + "\npackage driver\n\n// The devices' attributes.\nconst (\n")
	for _, c := range h.attributes {
		fmt.Fprintf(&b, "\tAttribute%s Attribute = %d\n", camel(strings.TrimPrefix(c.name, "CU_DEVICE_ATTRIBUTE_")), c.value)
	}
	b.WriteString(")\n")
	return format.Source(b.Bytes())
}

// camel turns NO_DEVICE into NoDevice.
func camel(s string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(s, "_") {
		b.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return b.String()
}
