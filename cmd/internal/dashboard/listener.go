package dashboard

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// limited is a listener with so many connections at most. One more is told to come back, and
// hung up on: it neither waits for one of the others to end, nor takes their place.
type limited struct {
	net.Listener
	most     int64
	open     atomic.Int64
	refusing atomic.Int64
}

const (
	refusal = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\nConnection: close\r\n\r\n" +
		"the dashboard has as many connections as it takes: close a page, and try again\n"
	refusalTime  = time.Second
	mostRefusals = 50 // at a time; more are hung up on without a word
)

// Accept implements net.Listener.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.most {
			return &counted{Conn: c, of: l}, nil
		}
		l.open.Add(-1)
		go l.refuse(c)
	}
}

// refuse answers and hangs up. What the client has sent is read first, or it might lose
// the answer.
func (l *limited) refuse(c net.Conn) {
	defer c.Close()
	if l.refusing.Add(1) <= mostRefusals {
		_ = c.SetDeadline(time.Now().Add(refusalTime))
		_, _ = io.WriteString(c, refusal)
		if half, ok := c.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(c, headerBytes))
	}
	l.refusing.Add(-1)
}

// counted is a connection that counts until it is closed.
type counted struct {
	net.Conn
	of   *limited
	once sync.Once
}

// Close implements net.Conn.
func (c *counted) Close() error {
	c.once.Do(func() { c.of.open.Add(-1) })
	return c.Conn.Close()
}
