package trainer

type recorder struct{}

func (t *Trainer) recordBefore(Batch, hyper) error { return nil }
func (t *Trainer) recordAfter() error              { return nil }
