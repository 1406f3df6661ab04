package simgpu

import (
	"bytes"
	"fmt"
)

// span is the region with n bytes at addr, and the offset in it. Errors are a *Fault.
func (d *Device) span(addr, n uint64) (*region, uint64, error) {
	r := d.find(addr)
	if r == nil || addr < r.base || addr-r.base > r.size || n > r.size-(addr-r.base) {
		return nil, 0, &Fault{Kind: OutOfBounds, Space: "global", Address: addr,
			Detail: fmt.Sprintf("%d bytes from %s", n, d.nearest(addr))}
	}
	if r.freed {
		return nil, 0, &Fault{Kind: UseAfterFree, Space: "global", Address: addr, Detail: d.nearest(addr)}
	}
	return r, addr - r.base, nil
}

// initialised checks that all of n bytes were written.
func (d *Device) initialised(r *region, off, n uint64) error {
	if r.written == nil || d.opt.ReadUninitialised {
		return nil
	}
	if i := bytes.IndexByte(r.written[off:off+n], 0); i >= 0 {
		at := r.base + off + uint64(i)
		return &Fault{Kind: Uninitialised, Space: "global", Address: at,
			Detail: fmt.Sprintf("byte %d of a copy of %d, %s", i, n, d.nearest(at))}
	}
	return nil
}

// wrote notes that bytes of a region were written.
func (r *region) wrote(off, n uint64) {
	switch {
	case r.written == nil:
	case n == r.size:
		r.written = nil
	default:
		fill(r.written[off:off+n], 1)
	}
}

func fill(p []byte, v byte) {
	for i := range p {
		p[i] = v
	}
}

// Write copies p to addr. The error, a *Fault, says what is wrong with the addresses.
func (d *Device) Write(addr uint64, p []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, off, err := d.span(addr, uint64(len(p)))
	if err != nil {
		return err
	}
	copy(r.data[off:], p)
	r.wrote(off, uint64(len(p)))
	return nil
}

// Read copies len(p) bytes from addr. It is an error, a *Fault, if nothing has written them
// (but for Options.ReadUninitialised).
func (d *Device) Read(addr uint64, p []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, off, err := d.span(addr, uint64(len(p)))
	if err != nil {
		return err
	}
	if err := d.initialised(r, off, uint64(len(p))); err != nil {
		return err
	}
	copy(p, r.data[off:])
	return nil
}

// Memset sets n bytes at addr.
func (d *Device) Memset(addr uint64, v byte, n uint64) error {
	return d.Fill(addr, []byte{v}, n)
}

// Fill writes a pattern n times, one behind the other.
func (d *Device) Fill(addr uint64, pattern []byte, n uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	size := uint64(len(pattern))
	r, off, err := d.span(addr, n*size)
	if err != nil {
		return err
	}
	for i := range n {
		copy(r.data[off+i*size:], pattern)
	}
	r.wrote(off, n*size)
	return nil
}

// Copy copies n bytes of device memory; the ranges must not overlap.
func (d *Device) Copy(dst, src, n uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	from, so, err := d.span(src, n)
	if err != nil {
		return err
	}
	to, do, err := d.span(dst, n)
	if err != nil {
		return err
	}
	if from == to && so < do+n && do < so+n {
		return fmt.Errorf("copy of %d bytes from %#x to %#x: the ranges overlap", n, src, dst)
	}
	if err := d.initialised(from, so, n); err != nil {
		return err
	}
	copy(to.data[do:do+n], from.data[so:so+n])
	to.wrote(do, n)
	return nil
}
