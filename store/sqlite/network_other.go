//go:build !linux

package sqlite

import "errors"

// fileSystem can only be asked of Linux.
func fileSystem(string) (uint32, error) { return 0, errors.ErrUnsupported }
