package checkpoint

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Config returns config.json, which is valid JSON.
func (r *Run) Config() (json.RawMessage, error) {
	path := filepath.Join(r.dir, configName)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", advise(err))
	}
	if !json.Valid(b) {
		return nil, fmt.Errorf("read configuration: %s is not JSON; restore it from a copy, or start another --run", path)
	}
	return b, nil
}

// SetConfig replaces config.json, for a run resumed with another configuration.
func (r *Run) SetConfig(config any) error {
	if r.lock == nil {
		return errReadOnly
	}
	text, err := encodeConfig(config)
	if err != nil {
		return err
	}
	return writeConfig(r.dir, text)
}

func encodeConfig(config any) ([]byte, error) {
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("configuration as JSON: %w; this is a mistake in the program: report it", err)
	}
	return append(text, '\n'), nil
}

func writeConfig(dir string, text []byte) error {
	return WriteFileAtomic(filepath.Join(dir, configName), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
