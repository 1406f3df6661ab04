package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"

	"pongpg/trainer"
)

// column is a field of trainer.Metrics.
type column struct {
	name  string // in JSON
	index int
}

// columns are those of metrics.csv, in the order of the fields.
var columns = func() (list []column) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[trainer.Metrics]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		list = append(list, column{name, field.Index[0]})
	}
	return list
}()

// header returns the names of all columns.
func header() []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

// row returns the numbers of an update as metrics.csv has them: nothing for what there is
// none of.
func row(m *trainer.Metrics) []string {
	v, texts := reflect.ValueOf(m).Elem(), make([]string, len(columns))
	for i, c := range columns {
		switch field := v.Field(c.index); field.Kind() {
		case reflect.Float64:
			if x := field.Float(); !math.IsNaN(x) {
				texts[i] = strconv.FormatFloat(x, 'g', -1, 64)
			}
		case reflect.Int, reflect.Int64:
			texts[i] = strconv.FormatInt(field.Int(), 10)
		default:
			texts[i] = fmt.Sprint(field.Interface())
		}
	}
	return texts
}

// number returns a column of an update as a number; false for what there is none of.
func (c column) number(m *trainer.Metrics) (float64, bool) {
	switch field := reflect.ValueOf(m).Elem().Field(c.index); field.Kind() {
	case reflect.Float64:
		return field.Float(), !math.IsNaN(field.Float())
	case reflect.Int, reflect.Int64:
		return float64(field.Int()), true
	}
	return 0, false
}

// blank is an update of which nothing is known, so that what a line lacks, as those of an older
// program may, is null.
var blank = func() (m trainer.Metrics) {
	v := reflect.ValueOf(&m).Elem()
	for _, c := range columns {
		if v.Field(c.index).Kind() == reflect.Float64 {
			v.Field(c.index).SetFloat(math.NaN())
		}
	}
	return m
}()

// read calls visit with each line of a metrics.jsonl. It returns how many lines it could
// not read.
func read(path string, visit func(*trainer.Metrics) error) (unreadable int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewReaderSize(f, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return unreadable, nil // a last line without an end is being written
		}
		if err != nil {
			return unreadable, err
		}
		m := blank
		if json.Unmarshal(line, &m) != nil {
			unreadable++
			continue
		}
		if err := visit(&m); err != nil {
			return unreadable, err
		}
	}
}
