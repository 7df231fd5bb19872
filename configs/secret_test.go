package configs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/faultlinebot/faultline/configs"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	secret := configs.NewSecret("hunter2")
	hiding := struct {
		Public  configs.Secret
		private configs.Secret
		inner   struct{ deep []configs.Secret }
	}{secret, secret, struct{ deep []configs.Secret }{[]configs.Secret{secret}}}

	var printed []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		printed = append(printed, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, &secret), fmt.Sprintf(verb, hiding))
	}
	asJSON, err := json.Marshal(hiding)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(hiding)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "hiding", hiding)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret, "hiding", hiding)
	printed = append(printed, string(asJSON), string(asYAML), log.String(), fmt.Sprint(fmt.Errorf("x %w %v", fmt.Errorf("y"), secret)))

	for _, s := range printed {
		if strings.Contains(s, "hunter2") || strings.Contains(s, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("printed: %s", s)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, secret); got != "[redacted]" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	if !strings.Contains(string(asJSON), `"Public":"[redacted]"`) || !strings.Contains(string(asYAML), "[redacted]") {
		t.Errorf("JSON %s, YAML %s", asJSON, asYAML)
	}
}

func TestSecret(t *testing.T) {
	var unset configs.Secret
	set := configs.NewSecret("hunter2")
	if unset.IsSet() || unset.Reveal() != "" || configs.NewSecret("").IsSet() {
		t.Error("a secret that is not set is")
	}
	if !set.IsSet() || set.Reveal() != "hunter2" {
		t.Error("a secret cannot be revealed")
	}
	if !set.Equal(configs.NewSecret("hunter2")) || set.Equal(unset) {
		t.Error("secrets do not compare")
	}
}

func TestWholeConfigPrintsNoSecret(t *testing.T) {
	c := load(t, configs.Options{Env: []string{
		"DISCORD_TOKEN=hunter2-d", "TELEGRAM_TOKEN=hunter2-t", "REDIS_URL=redis://:hunter2-r@localhost",
	}})
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprintf("%v %+v %#v", c, c, c), string(asJSON)} {
		if strings.Contains(s, "hunter2") {
			t.Errorf("printed: %s", s)
		}
	}
}
