package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/faultlinebot/faultline/configs"
)

// configFlag is how every command that needs a configuration finds it.
type configFlag struct {
	Config string `help:"The configuration file; else FAULTLINE_CONFIG names it, else faultline.yaml here if there is one." placeholder:"FILE"`
}

// load reads the configuration. Its faults are printed by whoever prints the error, one a line.
func (f configFlag) load(c *console) (configs.Config, error) {
	cfg, err := configs.Load(configs.Options{File: f.Config, Env: c.environ})
	if err != nil {
		return cfg, &exitError{exitFaults, err}
	}
	return cfg, nil
}

type checkCommand struct {
	configFlag
}

// Run says that all is well, or lists every fault.
func (k *checkCommand) Run(_ context.Context, c *console) error {
	cfg, err := k.load(c)
	var faults configs.Faults
	if errors.As(err, &faults) {
		fmt.Fprintln(c.out, faults.Error())
		return &exitError{exitFaults, fmt.Errorf("%s found", plural(len(faults), "fault"))}
	}
	if err != nil {
		return err
	}
	where := "no configuration file, so the defaults and the environment"
	if cfg.File != "" {
		where = cfg.File
	}
	_, err = fmt.Fprintf(c.out, "The configuration is good (%s).\n", where)
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
