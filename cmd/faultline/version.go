package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints the version that the Go tool stamped into the binary.
func (versionCommand) Run(c *console) error {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintf(c.out, "faultline %s (%s %s/%s)\n", version, runtime.Version(), runtime.GOOS,
		runtime.GOARCH)
	return err
}
