package discordtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Spec is Discord's OpenAPI document; see https://github.com/discord/discord-api-spec.
type Spec struct{ schemas map[string]*jsonschema.Schema }

// specOf are the schemas of what requests carry.
var specOf = map[string]string{
	"PUT /applications/{app}/commands":                 "/paths/~1applications~1%7Bapplication_id%7D~1commands/put/requestBody/content/application~1json/schema",
	"POST /channels/{channel}/messages":                "/components/schemas/MessageCreateRequest",
	"PATCH /channels/{channel}/messages/{message}":     "/components/schemas/MessageEditRequestPartial",
	"POST /interactions/{id}/{token}/callback":         "/paths/~1interactions~1%7Binteraction_id%7D~1%7Binteraction_token%7D~1callback/post/requestBody/content/application~1json/schema",
	"POST /webhooks/{app}/{token}":                     "/components/schemas/IncomingWebhookRequestPartial",
	"PATCH /webhooks/{app}/{token}/messages/@original": "/components/schemas/IncomingWebhookUpdateRequestPartial",
}

// LoadSpec reads it from a file.
func LoadSpec(path string) (*Spec, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read Discord's document: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("discord.json", document); err != nil {
		return nil, err
	}
	s := &Spec{schemas: make(map[string]*jsonschema.Schema)}
	for pattern, at := range specOf {
		if s.schemas[pattern], err = c.Compile("discord.json#" + at); err != nil {
			return nil, fmt.Errorf("compile %s: %w", at, err)
		}
	}
	return s, nil
}

// check says where the request is not as the document has it.
func (s *Spec) check(pattern string, body []byte) error {
	schema := s.schemas[pattern]
	if schema == nil {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	var wrong *jsonschema.ValidationError
	if err := schema.Validate(numbered(value)); errors.As(err, &wrong) {
		// Of a union all branches are listed; the first lines say where it is.
		return errors.New(strings.Join(strings.SplitN(wrong.Error(), "\n", 9)[:min(8, strings.Count(wrong.Error(), "\n")+1)], "\n"))
	}
	return nil
}

// numbered writes default_member_permissions as the number that the document has: Discord's documentation has a
// string, and says that where the two differ both are taken.
func numbered(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = numbered(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = numbered(v[name])
		}
		if text, ok := v["default_member_permissions"].(string); ok {
			v["default_member_permissions"] = json.Number(text)
		}
	}
	return value
}
