//go:build !linux

package redistest

import "syscall"

// dieWithParent can only be asked of Linux; elsewhere a test process that is killed leaves its server.
func dieWithParent() *syscall.SysProcAttr { return nil }
