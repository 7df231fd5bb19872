package feeds

import (
	"fmt"
	"net/netip"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
)

// guard decides about the address that is really connected to, after all name resolution. That is the only
// place where an answer of the DNS cannot change any more.
type guard struct {
	allow    []netip.Prefix
	guardian *ssrf.Guardian
}

func newGuard(allow []netip.Prefix) *guard {
	// Azure answers its machines' metadata and DNS from a public address.
	azure := netip.PrefixFrom(netip.AddrFrom4([4]byte{168, 63, 129, 16}), 32)
	return &guard{allow: allow, guardian: ssrf.New(ssrf.WithDeniedV4Prefixes(azure))}
}

// control is a [net.Dialer] Control. Its error does not name the address: whoever may add a feed must not
// learn what names mean inside our network.
func (g *guard) control(network, address string, conn syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: it cannot be read", ErrBlockedAddress)
	}
	if strings.HasPrefix(network, "tcp") && g.allows(ap.Addr()) {
		return nil
	}
	plain := netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	if err := g.guardian.Safe(network, plain.String(), conn); err != nil {
		return ErrBlockedAddress
	}
	return nil
}

func (g *guard) allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range g.allow {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// allowsHost says beforehand, without the DNS, that a host lies in an allowed network. It is asked only for
// politeness, never for safety.
func (g *guard) allowsHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	a, err := netip.ParseAddr(host)
	return err == nil && g.allows(a)
}
