// Package redistest starts real redis-server processes for tests: private ones, on a Unix socket in a directory of
// their own, with an append-only file that is synced at every write. They can be stopped, killed, frozen and
// started again, and are gone when the test ends. Where there is no redis-server the test fails with a sentence;
// it is never skipped, for a suite that passes because a server was missing proves nothing.
package redistest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Server is a redis-server process.
type Server struct {
	t    testing.TB
	dir  string
	args []string
	cmd  *exec.Cmd
	said chan string // all that it has written to its log, when it is over
}

// Start starts a server and waits until it serves. Settings are added to those of this package, as on the command
// line: "--maxmemory", "3mb".
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	logging.Disable()
	dir, err := os.MkdirTemp("", "redis-") // short, for a socket's path may have 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, dir: dir}
	s.args = append([]string{
		"--port", "0", "--unixsocket", s.Socket(), "--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync",
		"always", "--daemonize", "no", "--loglevel", "notice", "--enable-debug-command", "yes",
	}, settings...)
	t.Cleanup(func() {
		s.Kill()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.Restart()
	return s
}

// Restart starts the server, with what it has kept, after Stop or Kill.
func (s *Server) Restart() {
	s.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatal("these tests need redis-server on the PATH; install redis-server (Debian: apt-get install redis-server)")
	}
	s.cmd = exec.CommandContext(context.WithoutCancel(s.t.Context()), path, s.args...)
	s.cmd.SysProcAttr = dieWithParent()
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	lines, log := bufio.NewScanner(out), strings.Builder{}
	for lines.Scan() {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "eady to accept connections") {
			s.said = make(chan string, 1)
			go func() {
				rest, _ := io.ReadAll(out)
				s.said <- log.String() + string(rest)
			}()
			return
		}
	}
	_ = s.cmd.Wait()
	s.cmd = nil
	s.t.Fatalf("redis-server did not start:\n%s", log.String())
}

// Socket is the path of its socket.
func (s *Server) Socket() string { return filepath.Join(s.dir, "s") }

// Dir is where it keeps what it keeps.
func (s *Server) Dir() string { return s.dir }

// URL is how to connect.
func (s *Server) URL() string { return "unix://" + s.Socket() }

// Kill kills it at once, as a power cut would, but for what the kernel holds.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Stop ends it in peace.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

func (s *Server) end(how syscall.Signal) {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	s.signal(syscall.SIGCONT) // a frozen one ends too
	s.signal(how)
	<-s.said
	_ = s.cmd.Wait() // it says how it was ended
	s.cmd = nil
}

// Freeze stops it in its tracks: connections stay, nothing is answered.
func (s *Server) Freeze() { s.t.Helper(); s.signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *Server) Thaw() { s.t.Helper(); s.signal(syscall.SIGCONT) }

func (s *Server) signal(what syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(what); err != nil {
		s.t.Error(err)
	}
}

// Do runs a command on it, as somebody else would, and returns the answer.
func (s *Server) Do(args ...any) any {
	s.t.Helper()
	client := goredis.NewClient(&goredis.Options{
		Network: "unix", Addr: s.Socket(), Protocol: 2, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	answer, err := client.Do(context.WithoutCancel(s.t.Context()), args...).Result() // in clean-up too
	if err := errors.Join(err, client.Close()); err != nil {
		s.t.Fatalf("%v: %v", args, err)
	}
	return answer
}
