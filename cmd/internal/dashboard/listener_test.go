package dashboard

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestConnections opens as many connections as there may be, each of which is answered, and
// more, which are turned away; when one ends, there is room for one.
func TestConnections(t *testing.T) {
	s := serving(t, "localhost:0", nil, t.TempDir())
	ask := func(c net.Conn) string {
		t.Helper()
		if _, err := fmt.Fprint(c, "GET /api/runs HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			return err.Error()
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return err.Error()
		}
		return answer.Status
	}
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", s.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	var open []net.Conn
	defer func() {
		for _, c := range open {
			c.Close()
		}
	}()
	for i := range mostConnections {
		open = append(open, dial())
		if status := ask(open[i]); status != "200 OK" {
			t.Fatalf("connection %d: %s", i, status)
		}
	}
	for range 5 {
		c := dial()
		if status := ask(c); !strings.HasPrefix(status, "503") {
			t.Errorf("connection %d is answered %s", mostConnections+1, status)
		}
		c.Close()
	}
	if status := ask(open[0]); status != "200 OK" {
		t.Errorf("the first connection is answered %s", status)
	}
	open[0].Close()
	eventually(t, "room for another connection", func() bool {
		c := dial()
		open = append(open, c)
		return ask(c) == "200 OK"
	})
}
