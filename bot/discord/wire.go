package discord

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// wire is the connection below discordgo's gateway session. It looks at what the gateway says about the connection
// itself before the session does, and ends the connection where the session would do harm: it locks up for ever on
// an Op 7 in place of READY, identifies on an Op 9 at once and without end, takes minutes to notice a silent link,
// and does not tell why a connection ended. When a wire has ended, cause says why.
//
// It closes without a close frame: one with 1000 or 1001, which is what the session sends, would end the Discord
// session, and it could not be resumed. And it never lets a write fail: the session would then close itself while it
// still reads, which can panic. A connection that failed is noticed by reading.
type wire struct {
	net.Conn
	now func() time.Time

	in       *bufio.Reader
	upgraded bool
	rest     []byte // read and looked at, not yet handed on
	interval time.Duration
	patience time.Time // by when the gateway has to be heard of

	shut chan struct{} // closed when the session closes the connection
	once sync.Once

	mu    sync.Mutex
	ended error
	quiet bool
}

// The ways in which the gateway ends a connection, beside a *closedError.
var (
	errReconnect = errors.New("the gateway asks to connect anew")           // Op 7
	errSilent    = errors.New("the gateway does not answer heartbeats")     // a link that is dead and does not know it
	errFrame     = errors.New("the gateway sent what is no message at all") // a proxy, say
)

// invalidSession is Op 9: the session is over, or could be resumed later.
type invalidSession struct{ resumable bool }

func (e *invalidSession) Error() string { return "the gateway does not take the session" }

// closedError is the gateway closing the connection.
type closedError struct{ code int }

func (e *closedError) Error() string {
	return fmt.Sprintf("the gateway closed the connection: %d", e.code)
}

const (
	// helloTime is how long the gateway may take to say hello.
	helloTime = 20 * time.Second
	// mostFrame is the largest message: a server with all its channels, many times over.
	mostFrame = 32 << 20
	// mostControl is the longest message about the connection itself.
	mostControl = 4096
)

func newWire(c net.Conn, now func() time.Time) *wire {
	return &wire{
		Conn: c, now: now, in: bufio.NewReader(c), patience: now().Add(helloTime), shut: make(chan struct{}),
	}
}

// Read hands on what the gateway says, message by message.
func (w *wire) Read(p []byte) (int, error) {
	for len(w.rest) == 0 {
		if err := w.fill(); err != nil {
			why := w.end(err)
			w.waitHushed()
			return 0, why
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

// Write implements net.Conn.
func (w *wire) Write(p []byte) (int, error) {
	if _, err := w.Conn.Write(p); err != nil {
		_ = w.end(err)
	}
	return len(p), nil
}

// end closes the connection and keeps why, if it is the first to say so.
func (w *wire) end(why error) error {
	w.mu.Lock()
	if w.ended == nil {
		w.ended = why
	}
	why = w.ended
	w.mu.Unlock()
	_ = w.Conn.Close()
	return why
}

// cause is why the wire ended, or nil.
func (w *wire) cause() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended
}

// hush hands nothing more on: the session may then be closed without it being in the midst of something.
func (w *wire) hush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.quiet = true
}

// waitHushed lets a session that is being closed finish with that before it learns that its connection is over.
func (w *wire) waitHushed() {
	if !w.hushed() {
		return
	}
	late := time.NewTimer(closeTime)
	defer late.Stop()
	select {
	case <-w.shut:
	case <-late.C:
	}
}

// Close implements net.Conn.
func (w *wire) Close() error {
	w.once.Do(func() { close(w.shut) })
	return w.Conn.Close()
}

func (w *wire) hushed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.quiet
}

// fill reads what is to be handed on next: a line of the handshake, then a frame at a time.
func (w *wire) fill() error {
	if !w.upgraded {
		line, err := w.in.ReadBytes('\n')
		w.rest = line
		w.upgraded = strings.TrimRight(string(line), "\r\n") == ""
		return err
	}
	_ = w.SetReadDeadline(w.patience)
	frame, err := w.frame()
	var late net.Error
	switch {
	case errors.As(err, &late) && late.Timeout():
		return errSilent
	case err != nil:
		return err
	}
	if !w.hushed() {
		w.rest = frame
	}
	return nil
}

// The parts of a frame's head; see RFC 6455, 5.2.
const (
	finalBit    = 0x80
	opcodeBits  = 0x0f
	opcodeText  = 0x1
	opcodeClose = 0x8
	lengthBits  = 0x7f
	length16    = 126
	length64    = 127
)

// frame reads one, looks at it, and returns it as it came.
func (w *wire) frame() ([]byte, error) {
	head := make([]byte, 2, 10)
	if _, err := io.ReadFull(w.in, head); err != nil {
		return nil, err
	}
	size := uint64(head[1] & lengthBits)
	more := map[uint64]int{length16: 2, length64: 8}[size]
	head = head[:2+more]
	if _, err := io.ReadFull(w.in, head[2:]); err != nil {
		return nil, err
	}
	switch more {
	case 2:
		size = uint64(binary.BigEndian.Uint16(head[2:]))
	case 8:
		size = binary.BigEndian.Uint64(head[2:])
	}
	if head[1]&^lengthBits != 0 || size > mostFrame { // servers do not mask
		return nil, errFrame
	}
	frame := append(head, make([]byte, size)...)
	payload := frame[2+more:]
	if _, err := io.ReadFull(w.in, payload); err != nil {
		return nil, err
	}
	return frame, w.look(head[0], payload)
}

// look is the error that ends the connection, if that is what the gateway asks for.
func (w *wire) look(head byte, payload []byte) error {
	switch {
	case head&opcodeBits == opcodeClose && len(payload) >= 2:
		return &closedError{code: int(binary.BigEndian.Uint16(payload))}
	case head != finalBit|opcodeText || len(payload) > mostControl:
		return nil
	}
	var said struct {
		Op   int             `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	if json.Unmarshal(payload, &said) != nil {
		return errFrame
	}
	switch said.Op {
	case opReconnect:
		return errReconnect
	case opInvalidSession:
		var resumable bool
		_ = json.Unmarshal(said.Data, &resumable)
		return &invalidSession{resumable: resumable}
	case opHello:
		var hello struct {
			Interval int64 `json:"heartbeat_interval"`
		}
		if json.Unmarshal(said.Data, &hello) != nil || hello.Interval <= 0 {
			return errFrame
		}
		w.interval = time.Duration(hello.Interval) * time.Millisecond
		w.heard()
	case opHeartbeatAck:
		w.heard()
	}
	return nil
}

// heard gives the gateway time until half an interval after the next heartbeat.
func (w *wire) heard() { w.patience = w.now().Add(w.interval + w.interval/2) }

// Opcodes of the gateway; see https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway.
const (
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)
