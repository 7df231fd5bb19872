package bot

import (
	"github.com/faultlinebot/faultline/intel"
)

// Reply says in a sentence or two what a notice changed, as an answer to the incident's card.
func Reply(n intel.Notice, i *intel.Incident, o CardOptions) Message {
	m := Message{Severity: i.Severity, Headline: o.spoken(n, i)}
	if reason := sentence(n.Reason); reason != "" {
		m.Lines = append(m.Lines, reason)
	}
	if !n.Time.IsZero() {
		m.Footer = moment(n.Time)
	}
	return m
}

func (o CardOptions) spoken(n intel.Notice, i *intel.Incident) string {
	subject, many := o.subject(i)
	is, has, belongs := "is", "has", "belongs"
	if many {
		is, has, belongs = "are", "have", "belong"
	}
	switch n.Change {
	case intel.Escalated:
		if n.Again {
			return "Again: " + subject + " " + has + " not ended, and " + is + " " + i.Severity.String() + "."
		}
		return "Escalated: " + subject + " " + is + " now " + i.Severity.String() + "."
	case intel.Corrected:
		return "Corrected: not all that was claimed about " + subject + " holds."
	case intel.EasedOff:
		return "Easing: " + subject + " " + is + " easing."
	case intel.Closed:
		switch i.Closed {
		case intel.ClosedEnded:
			return "Closed: " + subject + " " + has + " ended."
		case intel.ClosedContradicted:
			return "False alarm: " + subject + " did not happen as reported."
		case intel.ClosedMerged:
			return "Merged: " + subject + " now " + belongs + " to another card."
		}
		return "Closed: there is no further word of " + subject + "."
	}
	return "There is news of " + subject + "."
}

// Announcement is a one-off message as people see it.
func Announcement(a intel.Announcement) Message {
	m := Message{Severity: intel.Info, Headline: Plain(a.Title)}
	for _, line := range a.Lines {
		if line = Plain(line); line != "" {
			m.Lines = append(m.Lines, line)
		}
	}
	return m
}
