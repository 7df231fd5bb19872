package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fellow is one of several processes of the real binary on one Redis. All print to one transcript, as their cards
// go to one chat.
type fellow struct {
	cmd  *exec.Cmd
	err  *transcript
	done chan struct{} // closed when it has ended
}

func startFellow(t *testing.T, binary, config string, out *transcript) *fellow {
	t.Helper()
	r := &fellow{cmd: exec.Command(binary, "run", "--config", config), err: newTranscript(t), done: make(chan struct{})}
	r.cmd.Env = []string{}                                  // what the tests are told by variables is no setting of the bot's
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a group of its own, and in it all that it would start
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(r.done)
		said := make(chan struct{})
		go func() {
			defer close(said)
			r.err.follow(stderr)
		}()
		out.follow(stdout)
		<-said
		_ = r.cmd.Wait() // how it has ended is read from its state
	}()
	t.Cleanup(func() {
		r.signal(t, syscall.SIGCONT)
		r.kill()
	})
	return r
}

// kill ends it at once.
func (r *fellow) kill() {
	_ = r.cmd.Process.Kill()
	<-r.done
}

// signal is for one that may have ended.
func (r *fellow) signal(t *testing.T, what syscall.Signal) {
	t.Helper()
	select {
	case <-r.done:
		return
	default:
	}
	_ = r.cmd.Process.Signal(what)
}

// ended waits until it has ended, and says how.
func (r *fellow) ended(t *testing.T, limit time.Duration) syscall.WaitStatus {
	t.Helper()
	select {
	case <-r.done:
	case <-time.After(limit):
		t.Fatalf("still running after %v:\n%s", limit, r.err)
	}
	return r.cmd.ProcessState.Sys().(syscall.WaitStatus)
}

// end asks it to end, as an operator would.
func (r *fellow) end(t *testing.T) {
	t.Helper()
	r.signal(t, syscall.SIGTERM)
	if status := r.ended(t, 10*time.Second); !status.Exited() || status.ExitStatus() != exitDone {
		t.Errorf("ended with %v:\n%s", status, r.err)
	}
}

// What replicas say of who they are.
var (
	isBrain   = has("this one is the brain")
	isStandby = has("another replica is the brain")
)

// heads says whether a line heads the first card of what happened in a place.
func heads(place string) func(string) bool {
	return func(line string) bool {
		return strings.HasPrefix(line, "#") && !strings.Contains(line, "updated") && !strings.Contains(line, "->") &&
			(strings.HasSuffix(line, " in "+place) || strings.HasSuffix(line, " in the "+place))
	}
}

// cut is a headline that makes a card.
func cut(place string) string { return place + " shuts down internet nationwide amid protests" }
