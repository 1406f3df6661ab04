package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"pongpg/cmd/internal/format"
	"pongpg/cuda"
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
	GPUs   []gpuReport  `json:"gpus"`
	CPU    cpuReport    `json:"cpu"`
	Auto   string       `json:"auto"`   // the device that --device auto takes; "" if that is an error
	Reason string       `json:"reason"` // why
	Error  string       `json:"error"`  // why --device auto is an error; "" if it is not
}

type gpuReport struct {
	Device     string `json:"device"` // as --device takes it
	Name       string `json:"name"`
	Memory     int64  `json:"memory_bytes"`
	Free       int64  `json:"free_bytes"` // −1 if unknown
	Capability string `json:"compute_capability"`
	SMs        int    `json:"sms"` // streaming multiprocessors
	ClockMHz   int    `json:"clock_mhz"`
	MemoryMHz  int    `json:"memory_clock_mhz"`
	BusID      string `json:"pci_bus_id"`
	UUID       string `json:"uuid"`
	Error      string `json:"error"` // why it cannot be used; "" if it can
}

func reportOf(d *cuda.Device) gpuReport {
	r := gpuReport{
		Device: d.ID(), Name: d.Name, Memory: d.Memory, Free: d.Free,
		Capability: fmt.Sprintf("%d.%d", d.Major, d.Minor), SMs: d.SMs,
		ClockMHz: d.ClockMHz, MemoryMHz: d.MemoryMHz, BusID: d.BusID, UUID: d.UUID,
	}
	if d.Err != nil {
		r.Error = oneLine(d.Err)
	}
	return r
}

// text says it in words.
func (g *gpuReport) text() string {
	free := ""
	if g.Free >= 0 {
		free = fmt.Sprintf(" (%.1f free)", float64(g.Free)/gib)
	}
	text := fmt.Sprintf("%s, %.1f GiB%s, compute capability %s, %d multiprocessors", g.Name, float64(g.Memory)/gib, free, g.Capability, g.SMs)
	if g.Error != "" {
		text += "; it cannot be used: " + g.Error
	}
	return text
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
		GPUs:   []gpuReport{},
		CPU:    cpuReport{b.Name(), b.Workers(), cpu.ISAs()[0], cpu.ISAs()},
	}
	if v := found.Version; v != 0 {
		r.Driver.CUDA = fmt.Sprintf("%d.%d", v/1000, v%1000/10)
	}
	if err = found.Err(); err == nil {
		var list []cuda.Device
		list, err = gpus.list()
		for i := range list {
			r.GPUs = append(r.GPUs, reportOf(&list[i]))
		}
	}
	if err == nil { // only opening it tells whether it works
		var first compute.Backend
		if first, err = gpus.open(0, 0); err == nil {
			err = first.Close()
		}
	}
	switch {
	case err == nil:
		r.Auto, r.Reason = "cuda:0", "the first GPU"
	case errors.Is(err, cuda.ErrNoDevice):
		r.Auto, r.Reason = "cpu", noGPU(err)
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
