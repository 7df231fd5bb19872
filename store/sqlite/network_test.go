package sqlite

import (
	"errors"
	"strings"
	"testing"
)

func TestNetworkSystems(t *testing.T) {
	for number, want := range map[uint32]string{
		0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "SMB", 0xfe534d42: "SMB", 0x65735546: "FUSE", 0x01021997: "9P",
		0x00c36400: "Ceph", 0x0bd00bd0: "Lustre",
		0xef53: "", 0x58465342: "", 0x9123683e: "", 0x01021994: "", 0x2fc12fc1: "", 0x794c7630: "", // disks and memory
	} {
		if got := networkSystem(number); got != want {
			t.Errorf("%#x is %q, want %q", number, got, want)
		}
	}
}

func TestNetworkFileSystemIsWarnedOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		number uint32
		err    error
		warns  string
	}{
		{"NFS", 0x6969, nil, "/shared/faultline.db lies on NFS"},
		{"a disk", 0xef53, nil, ""},
		{"not known", 0x6969, errors.ErrUnsupported, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var warned string
			warnOfNetwork("/shared/faultline.db", func(string) (uint32, error) { return c.number, c.err },
				func(sentence string) { warned += sentence })
			if !strings.HasPrefix(warned, c.warns) || (warned == "") != (c.warns == "") {
				t.Errorf("it says %q, want %q", warned, c.warns)
			}
		})
	}
}

// The number of a file system that is there on every Linux is the one of the manual.
func TestFileSystemIsAsked(t *testing.T) {
	got, err := fileSystem("/proc")
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil || got != 0x9fa0 {
		t.Errorf("/proc is %#x, error %v, want %#x", got, err, 0x9fa0)
	}
	path := t.TempDir() + "/faultline.db"
	here, err := fileSystem(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	warned := false
	s, err := Open(t.Context(), Options{Path: path, Warn: func(string) { warned = true }})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if want := networkSystem(here) != ""; warned != want {
		t.Errorf("warned %v of %#x, want %v", warned, here, want)
	}
}
