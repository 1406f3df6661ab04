//go:build linux && amd64 && cgo

package driver

// SetFolders replaces the folders where Find looks when the dynamic linker finds nothing.
func SetFolders(dirs ...string) { folders = dirs }
