package dashboard

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// policy lets a page load what this server has, and nothing else: no script or style of its
// own text, no other site, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard lets through who may look, and sets what every answer has.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET: nothing can be changed here", http.StatusMethodNotAllowed)
		case s.token == "" && !isLoopback(r.Host):
			// A page of another site whose name was made to mean this machine (DNS rebinding).
			http.Error(w, "this dashboard is for this machine alone: open it as http://localhost:"+s.port+"/", http.StatusForbidden)
		case s.token != "" && s.isToken(r.URL.Query().Get("token")) && r.URL.Path == "/":
			s.welcome(w, r)
		case s.token != "" && !s.admitted(r):
			http.Error(w, "the token is missing or another one: open the address that the program printed, with ?token= at its end", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isLoopback reports whether a Host header names this machine to itself.
func isLoopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// cookie is the token's name in a browser, which tells a host's servers apart by it alone.
func (s *Server) cookie() string { return "pongpg-" + s.port }

// welcome takes the token out of the address, where it would stay in sight and in the
// history, and leaves it with the browser.
func (s *Server) welcome(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: s.cookie(), Value: s.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// admitted reports whether a request has the token: in the cookie, as Authorization: Bearer,
// or in the address.
func (s *Server) admitted(r *http.Request) bool {
	if c, err := r.Cookie(s.cookie()); err == nil && s.isToken(c.Value) {
		return true
	}
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && s.isToken(bearer) || s.isToken(r.URL.Query().Get("token"))
}

func (s *Server) isToken(text string) bool {
	return subtle.ConstantTimeCompare([]byte(text), []byte(s.token)) == 1
}
