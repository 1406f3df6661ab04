//go:build linux && amd64 && cgo

package cuda

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"pongpg/cuda/driver"
	"pongpg/trainer/compute"
)

// open returns a backend, closes it at the end of the test, and then looks for leaks.
func open(t testing.TB, d *injector, options Options) *Backend {
	t.Helper()
	b, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if leaks := d.Leaks(); len(leaks) > 0 {
			t.Errorf("not given back: %q", leaks)
		}
	})
	return b
}

func random(seed uint64, n int) []byte {
	rng := rand.New(rand.NewPCG(1, seed))
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(rng.Uint32())
	}
	return p
}

func mustSync(t *testing.T, b compute.Backend) {
	t.Helper()
	if err := b.Sync(); err != nil {
		t.Fatal(err)
	}
}

// TestCopies moves data of awkward sizes up and down through Go's memory, which may be used
// again at once when it went up, and only after Sync when it comes down.
func TestCopies(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	for _, n := range []int{1, 63, 64, 65, bounceBytes - 1, bounceBytes, bounceBytes + 1, 3*bounceBytes + 17} {
		m := b.Malloc(n)
		zero := make([]byte, n)
		zero[0] = 1
		b.Download(zero, m)
		mustSync(t, b)
		if !bytes.Equal(zero, make([]byte, n)) {
			t.Fatalf("%d bytes of new memory are not zeros", n)
		}
		data := random(uint64(n), n)
		src := bytes.Clone(data)
		b.Upload(m, src)
		clear(src) // it is the contract that src stays until Sync; this backend has copied it
		first, second := make([]byte, n), make([]byte, n)
		b.Download(first, m)
		b.Download(second, m)
		mustSync(t, b)
		if !bytes.Equal(first, data) || !bytes.Equal(second, data) {
			t.Fatalf("%d bytes came back changed", n)
		}
	}
}

// TestSmallCopiesWaitForNothing counts waits: many small copies share the bounce buffer.
func TestSmallCopiesWaitForNothing(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	m := b.Malloc(1000)
	dst := make([][]byte, 100)
	waits := d.count(driver.EntryStreamSynchronize) + d.count(driver.EntryStreamQuery)
	for i := range dst {
		dst[i] = make([]byte, 1000)
		b.Upload(m, random(uint64(i), 1000))
		b.Download(dst[i], m)
	}
	if now := d.count(driver.EntryStreamSynchronize) + d.count(driver.EntryStreamQuery); now != waits {
		t.Errorf("waited %d times", now-waits)
	}
	mustSync(t, b)
	for i := range dst {
		if !bytes.Equal(dst[i], random(uint64(i), 1000)) {
			t.Fatalf("download %d is not what was uploaded before it", i)
		}
	}
}

// TestPinnedCopies checks that pinned memory is copied from and to without a detour.
func TestPinnedCopies(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	m := b.Malloc(300)
	p, q := b.Pinned(300), b.Pinned(300)
	if !bytes.Equal(p, make([]byte, 300)) {
		t.Error("pinned memory is not zeros")
	}
	copy(p, random(1, 300))
	before := d.count(driver.EntryMemHostAlloc)
	b.Upload(m, p)
	b.Download(q[100:200], compute.Memory{Addr: m.Addr + 100})
	mustSync(t, b)
	if want := append(append(make([]byte, 100), p[100:200]...), make([]byte, 100)...); !bytes.Equal(q, want) {
		t.Error("a part came back wrong")
	}
	if d.count(driver.EntryMemHostAlloc) != before {
		t.Error("a bounce buffer was made for pinned memory")
	}
}

// TestRecordReplays checks what a graph does: nothing while it is recorded, all of it each
// time, with what the arrays hold then.
func TestRecordReplays(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	q := b.Queue()
	x := compute.New[float32](b, 10, 1)
	up, down := compute.Mirror(b, x), compute.Mirror(b, x)
	called := 0
	replay := q.Record(func() {
		called++
		compute.Upload(q, x.Slice(0, 4), up[:4])
		q.Zero(x.Slice(2, 4))
		q.ReLU(x, x)
		compute.Fetch(q, down, x)
	})
	down[0] = -1
	mustSync(t, q)
	if down[0] != -1 || called != 1 {
		t.Errorf("recording performed something (%v), or called f %d times", down[0], called)
	}
	for round := range 3 {
		base := float32(10 * round)
		for i := range up {
			up[i] = base + float32(i)
		}
		launches := d.count(driver.EntryLaunchKernel)
		replay()
		mustSync(t, q)
		if got, want := fmt.Sprint(down[:5]), fmt.Sprint([]float32{base, base + 1, 0, 0, 0}); got != want {
			t.Errorf("round %v: %v, want %v", round, got, want)
		}
		if d.count(driver.EntryLaunchKernel) != launches || called != 1 {
			t.Error("a replay called the kernels or f one by one")
		}
	}
}

// TestRecordRefuses checks what cannot be recorded, and that the queue can be used
// afterwards.
func TestRecordRefuses(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	x := compute.New[float32](b, 10, 1)
	host := make([]float32, 10)
	for what, f := range map[string]func(){
		"Upload of memory":   func() { compute.Upload(b, x, host) },
		"Download of memory": func() { compute.Fetch(b, host, x) },
		"Sync cannot":        func() { _ = b.Sync() },
		"Malloc cannot":      func() { b.Malloc(1) },
		"Pinned cannot":      func() { b.Pinned(1) },
		"Queue cannot":       func() { b.Queue() },
		"Record cannot":      func() { b.Record(func() {}) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "cuda: Record: "+what) {
					t.Errorf("%s: panic %q", what, got)
				}
			}()
			b.Record(f)
		}()
	}
	compute.Upload(b, x, host)
	mustSync(t, b)
}

// TestScratch checks that scratch memory grows, is shared by operations, is freed when the
// stream no longer uses it, and lives as long as a recording that has its address.
func TestScratch(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	small := b.scratch("test", 1, 100)
	if small == 0 || small%256 != 0 || b.scratch("test", 1, 60) != small || b.scratch("test", 0, 60) == small {
		t.Error("a piece is not kept, or shared by two slots")
	}
	b.memset("test", small, 100)
	large := b.scratch("test", 1, 101)
	if large == small || d.count(driver.EntryMemFree) != 0 {
		t.Error("a piece did not grow, or was freed while the stream used it")
	}
	mustSync(t, b)
	if d.count(driver.EntryMemFree) != 1 {
		t.Error("the old piece was not freed at Sync")
	}
	if got := b.scratch("test", 1, 125); got != large {
		t.Error("a piece that grew has no room to spare")
	}
	replay := b.Record(func() {
		b.memset("test", b.scratch("test", 2, 1000), 500)
		b.memset("test", b.scratch("test", 2, 1000), 1000)
	})
	b.scratch("test", 2, 5000)
	mustSync(t, b)
	replay()
	mustSync(t, b) // the simulated device would see that the memory is gone
	if d.count(driver.EntryMemFree) != 1 {
		t.Error("a recording's scratch memory was freed")
	}
}

// TestQueuesSideBySide runs queues from goroutines that move between threads, each with
// copies, recordings and scratch memory of its own, and allocations beside them.
func TestQueuesSideBySide(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			q := b.Queue().(*Backend)
			n := 5000 + 100*g
			m, mirror := q.Malloc(n), q.Pinned(n)
			replay := q.Record(func() {
				q.Upload(m, mirror)
				q.memset("test", q.scratch("test", 0, n), n)
				q.Download(mirror, m)
			})
			for round := range 10 {
				data := random(uint64(100*g+round), n)
				copy(mirror, data)
				replay()
				got := make([]byte, n)
				q.Download(got, m)
				q.scratch("test", 1, n*(round+1))
				if err := q.Sync(); err != nil {
					t.Error(err)
				}
				if !bytes.Equal(got, data) || !bytes.Equal(mirror, data) {
					t.Errorf("queue %d, round %d: data of another", g, round)
				}
			}
		})
	}
	wait.Wait()
}

// TestLongWait checks that a wait that takes long is left to the driver.
func TestLongWait(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{})
	m := b.Malloc(8)
	b.Upload(m, random(1, 8))
	before := d.count(driver.EntryStreamSynchronize)
	d.answers[driver.EntryStreamQuery] = func([]uint64) driver.Result { return driver.NotReady }
	mustSync(t, b)
	if asked, waited := d.count(driver.EntryStreamQuery), d.count(driver.EntryStreamSynchronize)-before; asked < 2 || waited != 1 {
		t.Errorf("asked %d times, waited %d times; want many and one", asked, waited)
	}
}

// TestNames checks what the backend says of itself.
func TestNames(t *testing.T) {
	d := inject(t)
	b := open(t, d, Options{Workers: 3})
	if b.Name() != "cuda:0 (simulated GPU)" || b.Queue().Name() != b.Name() || b.Workers() != 3 || !b.Queue().Async() {
		t.Errorf("name %q, %d workers", b.Name(), b.Workers())
	}
	if err := b.Queue().Close(); err != nil {
		t.Error(err)
	}
	mustSync(t, b) // closing a queue is not closing the backend
}
