package redis_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

const password = "s3cret/p@ss"

// refused opens what must not be opened and returns the sentence.
func refused(t *testing.T, o redis.Options) string {
	t.Helper()
	s, err := redis.Open(t.Context(), o)
	if err == nil {
		closed(t, s)
		t.Fatal("it was opened")
	}
	return err.Error()
}

func says(t *testing.T, sentence string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(sentence, w) {
			t.Errorf("%q does not say %q", sentence, w)
		}
	}
	if strings.Contains(sentence, "\n") {
		t.Errorf("%q is more than one line", sentence)
	}
	if strings.Contains(sentence, "s3cret") {
		t.Errorf("%q gives the password away", sentence)
	}
}

// warnings collects what a store warns of.
type warnings struct {
	mu  sync.Mutex
	all []string
}

func (w *warnings) add(sentence string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, sentence)
}

func (w *warnings) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.all
	w.all = nil
	return all
}

func TestURLsThatAreRefused(t *testing.T) {
	server := redistest.Start(t)
	for _, c := range []struct{ name, url, says string }{
		{"none", "", "no URL is given"},
		{"no URL", "localhost:6379", "cannot be read"},
		{"another scheme", "http://user:s3cret@localhost", "cannot be read"},
		{"a slash in the password", "redis://user:s3cret/more@localhost:6379/0", "cannot be read; write redis://"},
		{"digits in the password", "redis://user:12s3cret/34@localhost", "cannot be read"},
		{"a database that is none", "redis://user:s3cret@localhost/alerts", "cannot be read"},
		{"an unknown option", "redis://user:s3cret@localhost?s3cret=1", "cannot be read"},
		{"nobody there", "redis://user:s3cret@127.0.0.1:1", "127.0.0.1:1: no server listens there"},
		{"no socket there", "unix://user:s3cret@/nowhere/redis.sock", "no server listens there"},
		{"a database that is not there", server.URL() + "?db=9999", "DB index is out of range"},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, refused(t, redis.Options{URL: c.url}), "redis: open", c.says) })
	}
}

// R07: a server that deletes keys to make room is refused, and spoken of when it begins to later.
func TestR07Eviction(t *testing.T) {
	for _, policy := range []string{"allkeys-lru", "volatile-ttl", "allkeys-random"} {
		t.Run(policy, func(t *testing.T) {
			server := redistest.Start(t, "--maxmemory-policy", policy, "--maxmemory", "100mb")
			says(t, refused(t, redis.Options{URL: server.URL()}), policy, "set maxmemory-policy noeviction")
		})
	}
	server := redistest.Start(t)
	var heard warnings
	s := open(t, redis.Options{URL: server.URL(), Warn: heard.add})
	for _, step := range []struct {
		policy string
		warns  int
	}{{"noeviction", 0}, {"allkeys-lru", 1}, {"allkeys-lru", 0}, {"noeviction", 0}, {"volatile-lru", 1}} {
		server.Do("CONFIG", "SET", "maxmemory-policy", step.policy)
		_, err := s.Forget(t.Context(), noon)
		ok(t, err)
		got := heard.take()
		if len(got) != step.warns {
			t.Errorf("under %s warned %q", step.policy, got)
		}
		for _, w := range got {
			says(t, w, "changed while in use", step.policy)
		}
	}
}

func TestServersThatAreRefused(t *testing.T) {
	master := redistest.Start(t)
	for _, c := range []struct {
		name     string
		settings []string
		says     string
	}{
		{"a cluster", []string{"--cluster-enabled", "yes"}, "cluster mode"},
		{"a replica", []string{"--replicaof", "127.0.0.1 1"}, "read-only replica; name its master"},
	} {
		t.Run(c.name, func(t *testing.T) {
			says(t, refused(t, redis.Options{URL: redistest.Start(t, c.settings...).URL()}), c.says)
		})
	}
	t.Run("a newer release has been there", func(t *testing.T) {
		master.Do("HSET", "faultline:about", "format", 99)
		says(t, refused(t, redis.Options{URL: master.URL()}), "newer release", "99")
	})
}

// R10: whatever keeps this user out is named, and the password is not.
func TestR10Rights(t *testing.T) {
	server := redistest.Start(t)
	address := func(user, secret string) string {
		return "unix://" + url.UserPassword(user, secret).String() + "@" + server.Socket()
	}
	for _, c := range []struct {
		name  string
		rules []any
		says  []string
	}{
		{"no EVALSHA", []any{"~*", "+@all", "-evalsha"}, []string{"evalsha", "ACL SETUSER"}},
		{"no EVAL", []any{"~*", "+@all", "-eval"}, []string{"eval", "ACL SETUSER"}},
		{"no TIME", []any{"~*", "+@all", "-time"}, []string{"TIME", "ACL SETUSER"}},
		{"no ZADD", []any{"~*", "+@all", "-zadd"}, []string{"ZADD", "ACL SETUSER"}},
		{"no HGET outside scripts", []any{"~*", "+@all", "-hget"}, []string{"HGET"}},
		{"other keys only", []any{"~other:*", "+@all"}, []string{"faultline:*", "ACL SETUSER"}},
		{"nothing", []any{}, []string{"may not", "ACL SETUSER"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server.Do("ACL", "DELUSER", "bot")
			server.Do(append([]any{"ACL", "SETUSER", "bot", "on", ">" + password}, c.rules...)...)
			says(t, refused(t, redis.Options{URL: address("bot", password)}), c.says...)
		})
	}
	t.Run("neither INFO nor CONFIG", func(t *testing.T) {
		server.Do("ACL", "DELUSER", "bot")
		server.Do("ACL", "SETUSER", "bot", "on", ">"+password, "~faultline:*", "+@all", "-info", "-config", "-script")
		var heard warnings
		s := open(t, redis.Options{URL: address("bot", password), Warn: heard.add})
		commitAll(t, s, 0, 1)
		if got := heard.take(); len(got) != 1 {
			t.Errorf("warned %q", got)
		} else {
			says(t, got[0], "forbids INFO")
		}
	})
	t.Run("wrong password", func(t *testing.T) {
		says(t, refused(t, redis.Options{URL: address("bot", "s3cret")}), "refuses the user or the password")
		says(t, refused(t, redis.Options{URL: address("nobody", "s3cret")}), "refuses the user or the password")
	})
	t.Run("no password", func(t *testing.T) {
		server.Do("CONFIG", "SET", "requirepass", password)
		says(t, refused(t, redis.Options{URL: server.URL()}), "wants a password")
	})
}

// R10: a connection that is not safe is refused with its reason.
func TestR10TLS(t *testing.T) {
	server := redistest.Start(t)
	for name, valid := range map[string]time.Duration{"a CA nobody knows": time.Hour, "expired": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			at := "rediss://user:s3cret@" + behindTLS(t, server, certificate(t, valid))
			says(t, refused(t, redis.Options{URL: at}), "no safe connection (TLS)", "certificate")
		})
	}
}

// certificate is one for 127.0.0.1 that it signed itself.
func certificate(t *testing.T, valid time.Duration) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().Add(valid),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ok(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// behindTLS puts TLS in front of the server and returns the address.
func behindTLS(t *testing.T, server *redistest.Server, c tls.Certificate) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{c}})
	ok(t, err)
	var busy sync.WaitGroup
	busy.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			busy.Go(func() {
				defer client.Close()
				back, err := net.Dial("unix", server.Socket())
				if err != nil {
					return
				}
				defer back.Close()
				_, _ = io.Copy(back, client)
			})
		}
	})
	t.Cleanup(func() { l.Close(); busy.Wait() })
	return l.Addr().String()
}

// R12: a key that somebody else uses is named, at the start or when it is met, and nothing is torn.
func TestR12ForeignKeys(t *testing.T) {
	for _, key := range []string{"steps", "due:2", "pending:0", "claims", "history", "subscriptions", "lease:world", "about"} {
		t.Run(key, func(t *testing.T) {
			server := redistest.Start(t)
			server.Do("RPUSH", "faultline:"+key, "x")
			says(t, refused(t, redis.Options{URL: server.URL()}), `the key "faultline:`+key+`" holds a list`, "prefix of its own")
		})
	}
	for _, key := range []string{
		"seen:" + step(1).Observation.Key(), "incident:incident-00000001", "notices:incident-00000001",
		"spoken:incident-00000001", "history:article", "pending:2", "incidents:live",
	} {
		t.Run("met later/"+key, func(t *testing.T) {
			server := redistest.Start(t)
			s := open(t, redis.Options{URL: server.URL()})
			server.Do("RPUSH", "faultline:"+key, "x")
			err := s.Commit(t.Context(), step(1))
			if err == nil {
				t.Fatal("it was committed")
			}
			says(t, err.Error(), `"faultline:`+key+`" holds a list`)
			server.Do("DEL", "faultline:"+key)
			whole(t, s, 0)
			commitAll(t, s, 0, 2)
		})
	}
	t.Run("met in a read", func(t *testing.T) {
		server := redistest.Start(t)
		s := open(t, redis.Options{URL: server.URL()})
		server.Do("RPUSH", "faultline:incident:a", "x")
		_, err := s.Incident(t.Context(), "a")
		if err == nil {
			t.Fatal("it was read")
		}
		says(t, err.Error(), "incident:a")
	})
}

// Whose clock is off hears of it.
func TestClockIsOff(t *testing.T) {
	server := redistest.Start(t)
	for off, warns := range map[time.Duration]int{0: 0, 10 * time.Minute: 1, -10 * time.Minute: 1} {
		var heard warnings
		open(t, redis.Options{
			URL: server.URL(), Warn: heard.add, Now: func() time.Time { return time.Now().Add(off) },
		})
		got := heard.take()
		if len(got) != warns {
			t.Errorf("%s off: warned %q", off, got)
		}
		for _, w := range got {
			says(t, w, "10m0s off", "NTP")
		}
	}
}
