package dashboard

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"pongpg/cmd/internal/pace"
)

// Options say what is shown.
type Options struct {
	Paths   []string     // runs' directories, and folders of them
	Live    *Live        // the run that this process trains, or nil
	Version string       // of the program
	Say     func(string) // is told in a line what went wrong, from any goroutine
}

// Live is a run that this process trains.
type Live struct {
	Dir    string        // its directory
	Device func() string // what it computes on now
	Flush  func() error  // has its metrics written to their file; from any goroutine
}

// Server shows runs. After Listen comes Show, and then Serve, each once.
type Server struct {
	options  Options
	pace     *pace.Pace
	runs     *runs
	listener net.Listener
	token    string // "" for one that only this machine reaches
	port     string
	mux      *http.ServeMux

	stages  stages
	matches chan struct{} // a place for each game that a person plays

	writeTimeout time.Duration // for a message to be taken by a client
}

const (
	mostConnections = 200
	mostMatches     = 16 // games that people play at a time: each takes 60 steps a second
	mostStages      = 8  // runs that are watched at a time

	headerTimeout  = 10 * time.Second
	requestTimeout = 30 * time.Second // to read a request, and to write an answer
	idleTimeout    = 2 * time.Minute
	headerBytes    = 16 << 10
)

// Listen returns a server that listens, and has not begun to answer. An address is HOST:PORT;
// without a host it is this machine alone, with port 0 any that is free.
func Listen(address string) (*Server, error) {
	listener, err := listen(address)
	if err != nil {
		return nil, err
	}
	at := listener.Addr().(*net.TCPAddr)
	s := &Server{
		listener: &limited{Listener: listener, most: mostConnections}, port: fmt.Sprint(at.Port),
		matches: make(chan struct{}, mostMatches), writeTimeout: 5 * time.Second,
	}
	if !at.IP.IsLoopback() {
		s.token = rand.Text()
	}
	s.stages.open = map[*run]*stage{}
	s.mux = s.routes()
	return s, nil
}

// Show says what to show. Of the runs the directories that are named must be there, and no more.
func (s *Server) Show(o Options) error {
	p := pace.OfProcess()
	if o.Live != nil {
		p = pace.OfTraining()
	}
	runs, err := newRuns(o.Paths, o.Live, p)
	s.options, s.runs, s.pace = o, runs, p
	return err
}

// CheckAddress returns an error for what cannot be an address on any machine.
func CheckAddress(address string) error {
	_, _, err := splitAddress(address)
	return err
}

func splitAddress(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil && !strings.Contains(address, ":") {
		host, port, err = "", address, nil
	}
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", "", fmt.Errorf("address %q is not HOST:PORT; write localhost:8080, or 0.0.0.0:8080 for other machines too", address)
	}
	return cmp.Or(host, "localhost"), port, nil
}

func listen(address string) (net.Listener, error) {
	host, port, err := splitAddress(address)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("dashboard: %w; choose another address, as localhost:0 for a port that is free", err)
	}
	return listener, nil
}

// URL returns the address to open, with the token if one is needed.
func (s *Server) URL() string {
	at := s.listener.Addr().(*net.TCPAddr)
	host := at.IP.String()
	switch {
	case at.IP.IsLoopback():
		host = "localhost"
		if at.IP.To4() == nil || !at.IP.Equal(net.IPv4(127, 0, 0, 1)) {
			host = at.IP.String()
		}
	case at.IP.IsUnspecified():
		host = ownAddress()
	}
	url := "http://" + net.JoinHostPort(host, s.port) + "/"
	if s.token != "" {
		url += "?token=" + s.token
	}
	return url
}

// ownAddress returns an address under which other machines may reach this one.
func ownAddress() string {
	all, err := net.InterfaceAddrs()
	if err == nil {
		for _, a := range all {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
				return n.IP.String()
			}
		}
	}
	return "localhost"
}

// Close stops listening. It is for a server that Serve is not called of.
func (s *Server) Close() error { return s.listener.Close() }

// Serve answers until ctx is done, and then hangs up.
func (s *Server) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{
		Handler:           s.guard(s.mux),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: requestTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: headerBytes,
		ErrorLog:       log.New(sayer{s.options.Say}, "", 0),
	}
	var closing sync.WaitGroup
	closing.Go(func() {
		<-ctx.Done()
		_ = server.Close() // connections of people who look on
	})
	err := server.Serve(s.listener)
	cancel()
	closing.Wait()
	s.stages.wait()
	s.waitForMatches() // whose policies, and what is said of them, are not to outlive this
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("dashboard: %w", err)
}

// say says an error of a game, which is nobody's at the other end any more.
func (s *Server) say(err error) { fmt.Fprintln(sayer{s.options.Say}, err) }

// sayer hands each line of a log on.
type sayer struct{ say func(string) }

func (w sayer) Write(b []byte) (int, error) {
	if w.say != nil {
		w.say("dashboard: " + strings.TrimSpace(string(b)))
	}
	return len(b), nil
}
