package dashboard

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// TestToken asks a server that others can reach for everything, with the token, without it and
// with another one.
func TestToken(t *testing.T) {
	dir := runDir(t)
	trained(t, dir, 1)
	s := serving(t, "0.0.0.0:0", nil, dir)
	at, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	token := at.Query().Get("token")
	if len(token) < 20 || at.Port() != s.port || at.Hostname() == "0.0.0.0" {
		t.Fatalf("the address is %s", s.URL())
	}
	id := only(t, serving(t, "localhost:0", nil, dir)).ID // with no token
	paths := []string{"/", "/app.js", "/style.css", "/uplot/uPlot.iife.min.js", "/metrics", "/api/runs", "/api/runs/" + id, "/api/runs/" + id + "/metrics", "/api/runs/" + id + "/filters.png"}
	sockets := []string{"/api/play", "/api/runs/" + id + "/watch"}
	for _, path := range append(append([]string{"/nothing"}, paths...), sockets...) {
		for _, header := range [][]string{nil, {"Authorization", "Bearer " + token[1:]}, {"Authorization", "Basic " + token}, {"Cookie", s.cookie() + "=x"}, {"Cookie", "pongpg-1=" + token}, {"Host", "localhost"}} {
			if answer, text := get(t, s, path, header...); answer.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "token") {
				t.Errorf("%s with %q: %s", path, header, answer.Status)
			}
		}
		if answer, _ := get(t, s, path+"?token="+token[1:]); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s with another token: %s", path, answer.Status)
		}
	}
	for _, path := range paths {
		for _, header := range [][]string{{"Authorization", "Bearer " + token}, {"Cookie", s.cookie() + "=" + token}} {
			if answer, _ := get(t, s, path, header...); answer.StatusCode != http.StatusOK {
				t.Errorf("%s with %q: %s", path, header, answer.Status)
			}
		}
	}
	for _, path := range sockets {
		if c, _, err := websocket.Dial(context.Background(), s.address()+path, nil); err == nil {
			c.CloseNow()
			t.Errorf("%s without a token", path)
		}
		c, _, err := websocket.Dial(context.Background(), s.address()+path, &websocket.DialOptions{HTTPHeader: http.Header{"Cookie": {s.cookie() + "=" + token}}})
		if err != nil {
			t.Fatalf("%s with the token: %v", path, err)
		}
		c.CloseNow()
	}
	answer, _ := get(t, s, "/?token="+token)
	cookie := answer.Header.Get("Set-Cookie")
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/" ||
		!strings.HasPrefix(cookie, s.cookie()+"="+token+";") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
		t.Errorf("the address that is printed: %s, %v", answer.Status, answer.Header)
	}
	if answer, _ := get(t, s, "/metrics?token="+token); answer.StatusCode != http.StatusOK {
		t.Errorf("/metrics with the token in the address: %s", answer.Status)
	}
}

// TestThisMachineAlone holds a server without a token to the names of this machine: any other
// is another site's, made to mean this machine.
func TestThisMachineAlone(t *testing.T) {
	s := serving(t, "localhost:0", nil, t.TempDir())
	if s.URL() != "http://localhost:"+s.port+"/" || s.token != "" {
		t.Errorf("%s", s.URL())
	}
	for host, status := range map[string]int{
		"localhost": 200, "LOCALHOST:1": 200, "127.0.0.1:8080": 200, "127.1.2.3": 200, "[::1]:8080": 200, "[::1]": 200,
		"evil.example": 403, "localhost.evil.example:8080": 403, "10.0.0.1": 403, "127.0.0.1.evil.example": 403,
	} {
		if answer, text := get(t, s, "/api/runs", "Host", host); answer.StatusCode != status {
			t.Errorf("as %q: %s, %s", host, answer.Status, text)
		}
	}
	for origin, admitted := range map[string]bool{"http://localhost:" + s.port: true, "http://evil.example": false, "http://localhost:1": false} {
		c, answer, err := websocket.Dial(context.Background(), "http://localhost:"+s.port+"/api/play", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
		if (err == nil) != admitted || !admitted && answer.StatusCode != http.StatusForbidden {
			t.Errorf("a game from a page of %s: %v", origin, err)
		}
		if err == nil {
			c.CloseNow()
		}
	}
}

// TestListen holds addresses to where they listen, and impossible ones to errors.
func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{":0", "0", "localhost:0", "127.0.0.1:0"} {
		s, err := Listen(address)
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		if at := s.listener.Addr().(*net.TCPAddr); !at.IP.IsLoopback() || s.token != "" {
			t.Errorf("%q listens at %v", address, at)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	for address, want := range map[string]string{
		"": "HOST:PORT", "localhost": "HOST:PORT", "localhost:http": "HOST:PORT", "localhost:70000": "HOST:PORT", "a:b:c": "HOST:PORT",
		"localhost:" + port: "choose another address",
	} {
		s, err := Listen(address)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}
