package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
	"pongpg/trainer/compute/cpu"
)

func devicesCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:  "devices",
		Usage: "say what this machine can compute on, and what --device auto takes",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Destination: &asJSON, Usage: "print JSON (docs/command.md)"},
		},
		Action: func(c *cli.Context) error {
			report, err := findDevices()
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(c.App.Writer).Encode(report)
			} else {
				_, err = fmt.Fprint(c.App.Writer, report.table())
			}
			if err == nil && report.Error != "" {
				err = &exitError{status: statusError} // all has been said
			}
			return err
		},
	}
}

// devicesReport is what devices prints: docs/command.md.
type devicesReport struct {
	Driver driverReport `json:"driver"`
	GPUs   []gpu        `json:"gpus"`
	CPU    cpuReport    `json:"cpu"`
	Auto   string       `json:"auto"`   // the device that --device auto takes; "" if that is an error
	Reason string       `json:"reason"` // why
	Error  string       `json:"error"`  // why a GPU that is there cannot be used
}

type driverReport struct {
	Path string `json:"path"` // "" if none was found
	CUDA string `json:"cuda"` // version; "" if unknown
}

type cpuReport struct {
	Name    string   `json:"name"`
	Workers int      `json:"workers"`
	ISA     string   `json:"isa"` // of those it has, the one in use
	ISAs    []string `json:"isas"`
}

// findDevices looks at the machine. The error is one of looking: what is wrong with a GPU
// is in the report.
func findDevices() (*devicesReport, error) {
	b, err := cpu.New(cpu.Options{})
	if err != nil {
		return nil, err
	}
	defer b.Close()
	found := gpus.find()
	r := &devicesReport{
		Driver: driverReport{Path: found.Path},
		GPUs:   []gpu{},
		CPU:    cpuReport{b.Name(), b.Workers(), cpu.ISAs()[0], cpu.ISAs()},
	}
	if v := found.Version; v != 0 {
		r.Driver.CUDA = fmt.Sprintf("%d.%d", v/1000, v%1000/10)
	}
	err = found.Err()
	if err == nil {
		if list, listErr := gpus.list(); listErr != nil {
			err = listErr
		} else {
			r.GPUs = list
		}
	}
	var first compute.Backend
	if err == nil {
		// Only opening it tells whether it works.
		if first, err = gpus.open(0, 0); err == nil {
			err = first.Close()
		}
	}
	switch {
	case err == nil:
		r.Auto, r.Reason = "cuda:0", "the first GPU"
	case errors.Is(err, driver.ErrNoDevice):
		r.Auto, r.Reason = "cpu", err.Error()
	default:
		r.Error = oneLine(withoutGPU(err))
		r.Reason = r.Error
	}
	return r, nil
}

// table returns the report for people.
func (r *devicesReport) table() string {
	driver := "none"
	if r.Driver.Path != "" {
		driver = r.Driver.Path
		if r.Driver.CUDA != "" {
			driver += ", CUDA " + r.Driver.CUDA
		}
	}
	rows := [][]string{{"driver", driver}}
	for i := range r.GPUs {
		rows = append(rows, []string{r.GPUs[i].Device, r.GPUs[i].text()})
	}
	rows = append(rows, []string{"cpu", fmt.Sprintf("%s; it has %s", r.CPU.Name, strings.Join(r.CPU.ISAs, ", "))})
	auto := r.Auto
	if auto == "" {
		auto = "an error"
	}
	return format.Table(append(rows, []string{"auto", auto + ": " + r.Reason}))
}
