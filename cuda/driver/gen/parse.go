package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// header is what gen takes from cuda.h.
type header struct {
	functions  []function
	results    []constant // of CUresult
	attributes []constant // of CUdevice_attribute
}

// function is one prototype.
type function struct {
	name   string // as the source calls it: cuMemAlloc
	symbol string // as the driver exports it: cuMemAlloc_v2
	other  string // the symbol to take where the driver lacks the first; "" if none
	params []param
}

// param is one parameter: its C type without the name, as "const void *".
type param struct{ ctype, name string }

// constant is one enumeration constant.
type constant struct {
	name  string
	value int64
}

var (
	defineLine    = regexp.MustCompile(`(?m)^#define (cu\w+) (cu\w+)`)
	prototypeText = regexp.MustCompile(`(?m)^CUresult (cu\w+)\(([^()]*)\);(?: /\* or (cu\w+) \*/)?`)
	prototypeLine = regexp.MustCompile(`(?m)^CUresult\b.*`)
	paramText     = regexp.MustCompile(`^((?:const )?[A-Za-z_][\w ]*?[ *]+)(\w+)$`)
	constantLine  = regexp.MustCompile(`^\s*(\w+) = (\w+),?$`)
)

// parse reads the text of cuda.h. What looks like a prototype or a constant and
// cannot be read is an error, so that nothing is left out in silence.
func parse(text string) (header, error) {
	var h header
	symbols := map[string]string{}
	for _, m := range defineLine.FindAllStringSubmatch(text, -1) {
		symbols[m[1]] = m[2]
	}
	found := prototypeText.FindAllStringSubmatch(text, -1)
	if lines := prototypeLine.FindAllString(text, -1); len(lines) != len(found) {
		return h, fmt.Errorf("%d lines begin with CUresult, %d prototypes are understood", len(lines), len(found))
	}
	if len(found) == 0 {
		return h, fmt.Errorf("no prototype")
	}
	for _, m := range found {
		f := function{name: m[1], symbol: m[1], other: m[3]}
		if s, ok := symbols[f.name]; ok {
			f.symbol = s
			delete(symbols, f.name)
		}
		var err error
		if f.params, err = parseParams(m[2]); err != nil {
			return h, fmt.Errorf("%s: %w", f.name, err)
		}
		h.functions = append(h.functions, f)
	}
	for name := range symbols {
		return h, fmt.Errorf("%s is defined but has no prototype", name)
	}
	var err error
	if h.results, err = parseEnum(text, "CUresult"); err != nil {
		return h, err
	}
	h.attributes, err = parseEnum(text, "CUdevice_attribute")
	return h, err
}

// parseParams reads what stands between the parentheses of a prototype.
func parseParams(list string) ([]param, error) {
	if list == "void" {
		return nil, nil
	}
	var params []param
	for p := range strings.SplitSeq(list, ",") {
		m := paramText.FindStringSubmatch(strings.TrimSpace(p))
		if m == nil {
			return nil, fmt.Errorf("parameter %q is not a type and a name", p)
		}
		params = append(params, param{ctype: strings.TrimSpace(m[1]), name: m[2]})
	}
	return params, nil
}

// parseEnum reads the constants of the enumeration whose typedef is name.
func parseEnum(text, name string) ([]constant, error) {
	before, _, ok := strings.Cut(text, "\n} "+name+";")
	start := strings.LastIndex(before, "typedef enum ")
	if !ok || start < 0 {
		return nil, fmt.Errorf("no enumeration %s", name)
	}
	_, body, _ := strings.Cut(before[start:], "{\n")
	var all []constant
	for line := range strings.Lines(body) {
		m := constantLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil {
			return nil, fmt.Errorf("enumeration %s: %q is not a name and a value", name, strings.TrimSpace(line))
		}
		v, err := strconv.ParseInt(m[2], 0, 64)
		if err != nil {
			return nil, fmt.Errorf("enumeration %s: %w", name, err)
		}
		all = append(all, constant{name: m[1], value: v})
	}
	return all, nil
}
