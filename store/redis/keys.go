package redis

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// cardName names a card in its keys. The length keeps two pairs of incident and destination from having one name.
func cardName(incident string, to intel.Destination) string {
	return strconv.Itoa(len(incident)) + ":" + incident + ":" + to.String()
}

// incidentOf is the incident that a card's name begins with.
func incidentOf(name string) string {
	length, rest, _ := strings.Cut(name, ":")
	n, _ := strconv.Atoi(length)
	return rest[:min(n, len(rest))]
}

// sorts writes an incident so that what follows it may be anything and the whole still sorts by incident first.
func sorts(incident string) string {
	return strings.ReplaceAll(incident, "\x00", "\x00\xff") + "\x00\x01"
}

// unsorts undoes sorts, and returns what follows.
func unsorts(member string) (incident, rest string) {
	b := []byte(member)
	end := bytes.Index(b, []byte("\x00\x01"))
	if end < 0 {
		return "", member
	}
	return strings.ReplaceAll(member[:end], "\x00\xff", "\x00"), member[end+2:]
}

// pendingName names a notice among the pending, so that equals sort by incident and revision.
func pendingName(incident string, revision int) string {
	return sorts(incident) + fmt.Sprintf("%010d", revision)
}

// deadName names an abandoned card, so that all sort by incident and destination.
func deadName(incident string, to intel.Destination) string { return sorts(incident) + to.String() }

// chatName names a chat in keys.
func chatName(platform, chat string) string { return counted(platform, ":"+chat) }

// placeOf is the destination of a name, at the chat that is named. Without one it is none.
func placeOf(chat, name string) intel.Destination {
	if chat == "" {
		return intel.Destination{}
	}
	platform, rest := uncounted(chat)
	to := intel.Destination{Platform: platform, Chat: strings.TrimPrefix(rest, ":")}
	to.Thread = strings.TrimPrefix(strings.TrimPrefix(name, to.String()), "/")
	return to
}

// counted puts a part before the rest, so that it can be cut off again.
func counted(part, rest string) string { return strconv.Itoa(len(part)) + ":" + part + rest }

// uncounted undoes counted.
func uncounted(whole string) (part, rest string) {
	length, rest, _ := strings.Cut(whole, ":")
	n, _ := strconv.Atoi(length)
	n = min(n, len(rest))
	return rest[:n], rest[n:]
}

// bit is how scripts are told yes and no.
func bit(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}
