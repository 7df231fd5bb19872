package sqlite

import "syscall"

// fileSystem returns the kernel's number of the file system that has the path.
func fileSystem(path string) (uint32, error) {
	var s syscall.Statfs_t
	err := syscall.Statfs(path, &s)
	return uint32(s.Type), err //nolint:unconvert // its size and sign differ between machines
}
