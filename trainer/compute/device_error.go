package compute

// DeviceError is what Sync returns when a device failed, as opposed to a mistake of the
// caller, which panics. After it nothing more is computed: what the arrays hold is not
// to be trusted, and training goes on from a checkpoint, on another device or in a new
// process. Use errors.As with a *DeviceError.
type DeviceError struct {
	Device    string // the backend's Name
	Operation string // what was called when the error was seen, as "SparseMLPGrad"

	// Exact says that Operation itself failed. A device that computes beside its caller
	// reports a failure with whatever is called next; then it was Operation or one before
	// it, possibly of another queue.
	Exact bool

	Err error // what happened, and what to do
}

// Error returns the device, the operation, what happened and what to do, as
// "cuda:0 (NVIDIA H200): in or before Sync: illegal address …".
func (e *DeviceError) Error() string {
	where := "in or before " + e.Operation
	if e.Exact {
		where = e.Operation
	}
	return e.Device + ": " + where + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *DeviceError) Unwrap() error { return e.Err }
