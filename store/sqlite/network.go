package sqlite

import "fmt"

// networkSystem names the network file system that the kernel's number of a file system stands for, or "". The numbers
// are those of statfs(2), https://man7.org/linux/man-pages/man2/statfs.2.html. What FUSE stands for cannot be known:
// often enough it is a disk of another machine.
func networkSystem(number uint32) string {
	switch number {
	case 0x6969:
		return "NFS"
	case 0x517b, 0xff534d42, 0xfe534d42:
		return "SMB"
	case 0x01021997:
		return "9P"
	case 0x00c36400:
		return "Ceph"
	case 0x0bd00bd0:
		return "Lustre"
	case 0x5346414f, 0x6b414653:
		return "AFS"
	case 0x73757245:
		return "Coda"
	case 0x47504653:
		return "GPFS"
	case 0x19830326:
		return "BeeGFS"
	case 0x786f4256:
		return "a shared folder of VirtualBox"
	case 0x65735546:
		return "FUSE"
	}
	return ""
}

// warnOfNetwork warns of a file on a network file system. It is no reason to refuse it: with one process on one machine
// it mostly works.
func warnOfNetwork(path string, number func(path string) (uint32, error), warn func(sentence string)) {
	n, err := number(path)
	if err != nil || warn == nil {
		return
	}
	if name := networkSystem(n); name != "" {
		warn(fmt.Sprintf("%s lies on %s, which may be another machine's disk: a step that was taken may then be lost, and "+
			"a second process on another machine may not be refused and would damage the file; keep it on a disk of this "+
			"machine, or use Redis", path, name))
	}
}
