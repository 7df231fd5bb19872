package rss

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed"
)

// maxGUID is the longest guid taken as it is; longer ones are hashed.
const maxGUID = 500

// identify says which item this is and where it is to be read.
func identify(raw *gofeed.Item, permalink bool, base *url.URL) item {
	it := item{raw: raw, url: link(raw.Link, base)}
	guid := strings.TrimSpace(raw.GUID)
	if address := absolute(guid); address != "" {
		if permalink && it.url == "" {
			it.url = address
		}
		// The address may carry marks of who reads it, which change while the item does not.
		guid = withoutRevision(untracked(guid), it.url)
	}
	it.guid = bounded(guid)
	switch {
	case it.guid != "":
		it.key = it.guid
	case it.url != "":
		it.key = it.url
	case raw.Title != "" || raw.Description != "":
		// Nothing names the item: what it says does.
		it.guid = digest(raw.Title + "\n" + raw.Published + "\n" + raw.Description)
		it.key = it.guid
	}
	return it
}

// withoutRevision drops the number that the BBC puts behind a guid and raises with each revision: the guid is
// the item's own address, and then "#0", "#1" ...
func withoutRevision(guid, address string) string {
	at := strings.LastIndexByte(guid, '#')
	if at < 0 || at == len(guid)-1 || strings.Trim(guid[at+1:], "0123456789") != "" {
		return guid
	}
	bare := guid[:at]
	if u, err := url.Parse(bare); bare == address || err == nil && isBBC(u.Hostname()) {
		return bare
	}
	return guid
}

func isBBC(host string) bool {
	host = "." + strings.ToLower(host)
	return strings.HasSuffix(host, ".bbc.co.uk") || strings.HasSuffix(host, ".bbc.com")
}

func bounded(guid string) string {
	if len(guid) > maxGUID {
		return digest(guid)
	}
	return strings.Map(printable, strings.ToValidUTF8(guid, "\uFFFD"))
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}
