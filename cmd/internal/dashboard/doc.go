// Package dashboard shows runs in a browser: their curves while they train, what their
// policies look for, how they play, and a game against them or the console for whoever looks on.
//
// Everything that is shown of a run is read from its directory, so that a page that is loaded
// anew, or a server that is started anew, has lost nothing. Nothing is read or computed while
// nobody looks. tail.go follows metrics.jsonl, thin.go leaves out what no screen could show,
// reading.go keeps a checkpoint for all who want it, one that this process trains without reading
// it, stage.go lets a policy play for all who watch
// it, match.go a person against it or the console; access.go says who may look. The page itself is in
// assets.
package dashboard
