package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
)

// ReadFile reads and checks the checkpoint at path. Its errors name the path
// and wrap one of the errors of this package, or the system's.
func ReadFile(path string) (*File, error) {
	b, err := readRegular(path)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint %s: %w", path, advise(err))
	}
	f, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint %s: %w", path, err)
	}
	return f, nil
}

// readRegular reads a whole file, refusing what may have no end (a device, a
// pipe).
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, contentError(ErrNotSafetensors, adviceNotOurs, "it is a directory")
	}
	if !info.Mode().IsRegular() {
		return nil, contentError(ErrNotSafetensors, adviceNotOurs, "it is no regular file (%v)", info.Mode().Type())
	}
	return os.ReadFile(path)
}

// Read reads r to its end and parses it.
func Read(r io.Reader) (*File, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	return Parse(b)
}

// Parse checks b, a whole checkpoint, byte by byte against its checksum and
// then against the rules of the format. The tensors it returns alias b. It
// allocates in proportion to len(b), whatever b says, and never panics.
func Parse(b []byte) (*File, error) {
	head, err := splitHeader(b)
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(head)
	if err != nil {
		if bytes.Contains(head, []byte(formatName)) {
			return nil, contentError(ErrDamaged, adviceOther, "the header is unreadable: %v", err)
		}
		return nil, contentError(ErrNotSafetensors, adviceNotOurs, "%v", err)
	}
	if format, ok := h.metadata[keyFormat]; format != formatName {
		if !ok {
			return nil, contentError(ErrForeign, adviceNotOurs, "its metadata has no key %q", keyFormat)
		}
		return nil, contentError(ErrForeign, adviceNotOurs, "its format is %q, not %q", format, formatName)
	}
	data := b[lengthBytes+len(head):]
	if err := verify(b, h, len(data)); err != nil {
		return nil, err
	}
	if version := h.metadata[keyVersion]; version != formatVersion {
		if n, err := strconv.ParseUint(version, 10, 32); err != nil || n == 0 {
			return nil, contentError(ErrInvalid, adviceOther, "version %q is not a number from 1", version)
		}
		return nil, contentError(ErrNewer, adviceUpgrade, "it is version %s, this program reads version %s", version, formatVersion)
	}
	f := &File{Metadata: h.metadata}
	if f.Tensors, err = h.layout(data); err != nil {
		return nil, contentError(ErrInvalid, adviceOther, "%v", err)
	}
	for _, key := range []string{keyFormat, keyVersion, keyChecksum} {
		delete(f.Metadata, key)
	}
	return f, nil
}

// splitHeader returns the JSON header of b, after judging its length by what b
// holds.
func splitHeader(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, contentError(ErrEmpty, adviceOther, "0 bytes")
	}
	if len(b) < lengthBytes {
		return nil, contentError(ErrTruncated, adviceOther, "%d bytes, fewer than the %d of the header's length", len(b), lengthBytes)
	}
	n := binary.LittleEndian.Uint64(b)
	rest := b[lengthBytes:]
	switch {
	case n > maxHeader:
		return nil, contentError(ErrNotSafetensors, adviceNotOurs, "its first 8 bytes announce a header of %d bytes, the format allows %d", n, maxHeader)
	case len(rest) > 0 && rest[0] != '{':
		return nil, contentError(ErrNotSafetensors, adviceNotOurs, "no JSON object after its first 8 bytes")
	case n > uint64(len(rest)):
		return nil, contentError(ErrTruncated, adviceOther, "the header alone takes %d bytes, the file has %d", n+lengthBytes, len(b))
	case n == 0:
		return nil, contentError(ErrNotSafetensors, adviceNotOurs, "its header has 0 bytes")
	}
	return rest[:n], nil
}

// verify compares the checksum of b with the one it records. It tells a
// truncated file from a damaged one by what the header says about the length.
func verify(b []byte, h *header, have int) error {
	recorded := h.metadata[keyChecksum]
	at := lengthBytes + h.digestAt
	if h.digestAt < 0 || len(recorded) != len(noChecksum) || !bytes.HasPrefix(b[at:], []byte(recorded)) {
		return contentError(ErrDamaged, adviceOther, "its metadata records no %s", keyChecksum)
	}
	sum := sha256.New()
	sum.Write(b[:at])
	sum.Write([]byte(noChecksum))
	sum.Write(b[at+len(noChecksum):])
	if found := hex.EncodeToString(sum.Sum(nil)); found != recorded {
		if want := h.dataEnd(); want > uint64(have) {
			return contentError(ErrTruncated, adviceOther, "its tensors take %d bytes, the file has %d of them", want, have)
		}
		return contentError(ErrDamaged, adviceOther, "%s of its bytes is %s…, it records %s…", keyChecksum, found[:12], recorded[:12])
	}
	return nil
}
