package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints the version that the Go tool stamped into the binary.
func (versionCommand) Run(c *console) error {
	_, err := fmt.Fprintf(c.out, "faultline %s (%s %s/%s)\n", released(), runtime.Version(), runtime.GOOS,
		runtime.GOARCH)
	return err
}

// released is the version, as far as the Go tool knows it.
func released() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
