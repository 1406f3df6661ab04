package dashboard

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// mailbox holds the newest message for a client. A client that is slower than the game
// misses what was there before.
type mailbox struct {
	newest chan []byte
	why    error // of close
}

func newMailbox() *mailbox { return &mailbox{newest: make(chan []byte, 1)} }

// put puts a message in, in the place of one that nobody has taken. It never waits, and is for
// one goroutine.
func (m *mailbox) put(message []byte) {
	select {
	case <-m.newest:
	default:
	}
	m.newest <- message
}

// close says that nothing more comes, and why: nil if the game is over. What is in the box can
// still be taken. It is for the goroutine that puts, once.
func (m *mailbox) close(why error) {
	m.why = why
	close(m.newest)
}

// accept makes a request a WebSocket, which a page of another site cannot open, or answers why
// not. Messages of more than mostMessage bytes close it.
func accept(w http.ResponseWriter, r *http.Request) *websocket.Conn {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil
	}
	c.SetReadLimit(mostMessage)
	return c
}

// refuse closes a connection, and says why: what an HTTP server answers to who asks for a
// WebSocket, a page cannot read.
func refuse(c *websocket.Conn, why error) {
	reason := why.Error()
	if len(reason) > mostReason {
		reason = strings.ToValidUTF8(reason[:mostReason-len("…")], "") + "…"
	}
	_ = c.Close(websocket.StatusTryAgainLater, reason)
}

// hangUp closes a connection after the last message: an end is no reason to come back.
func hangUp(c *websocket.Conn, why error) {
	if why != nil {
		refuse(c, why)
		return
	}
	_ = c.Close(websocket.StatusNormalClosure, "the game is over")
}

const (
	mostReason  = 123 // bytes (RFC 6455, 5.5)
	mostMessage = 64  // bytes, more than any message that means something
	mostOrders  = 300 // messages a second, which is more than hands can give
)

// converse sends what comes into the box, and has every text that comes from the client
// heard, until the box is closed, ctx is done or the connection ends. It is ended by an error of hear, a message that
// is no text or too long, more messages than anybody can mean, and a client that takes too
// long for one of ours.
func (s *Server) converse(ctx context.Context, c *websocket.Conn, box *mailbox, hear func(text string) error) {
	ctx, cancel := context.WithCancel(ctx)
	var hearing sync.WaitGroup
	hearing.Go(func() {
		defer cancel()
		listenTo(ctx, c, hear)
	})
	s.deliver(ctx, c, box)
	cancel()
	hearing.Wait()
}

func listenTo(ctx context.Context, c *websocket.Conn, hear func(text string) error) {
	second, messages := time.Now(), 0
	for {
		kind, text, err := c.Read(ctx)
		if err != nil {
			return // that it was too long has been said
		}
		if now := time.Now(); now.Sub(second) >= time.Second {
			second, messages = now, 0
		}
		messages++
		switch {
		case kind != websocket.MessageText:
			err = errors.New("only texts mean something here")
		case messages > mostOrders:
			err = errors.New("too many messages")
		default:
			err = hear(string(text))
		}
		if err != nil {
			_ = c.Close(websocket.StatusPolicyViolation, err.Error())
			return
		}
	}
}

// deliver sends what comes into the box, and hangs up when nothing more does.
func (s *Server) deliver(ctx context.Context, c *websocket.Conn, box *mailbox) {
	defer c.CloseNow()
	for {
		select {
		case <-ctx.Done():
			return
		case message, more := <-box.newest:
			if !more {
				hangUp(c, box.why)
				return
			}
			writing, cancel := context.WithTimeout(ctx, s.writeTimeout)
			var err error
			s.pace.Do(func() { err = c.Write(writing, websocket.MessageBinary, message) })
			cancel()
			if err != nil {
				return // gone, or too slow
			}
		}
	}
}

// frameTime is what a frame of the game lasts.
const frameTime = time.Second / 60
