package telegramtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// field is a parameter of a method, or a field of a type.
type field struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

// entry is a method or a type.
type entry struct {
	Fields   []field  `json:"fields"`
	Subtypes []string `json:"subtypes"` // a value of the type is one of these
}

// API is what may be asked, and of what shape it is.
type API struct {
	Methods map[string]entry `json:"methods"`
	Types   map[string]entry `json:"types"`
}

// LoadAPI reads the whole published API from a file, as https://github.com/PaulSonOfLars/telegram-bot-api-spec has it.
func LoadAPI(path string) (*API, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b := new(API)
	return b, json.Unmarshal(raw, b)
}

// pocketAPI is the part of the API that is served here, for where the whole of it is not at hand. See
// https://core.telegram.org/bots/api.
func pocketAPI() *API {
	text := []field{
		{"chat_id", []string{"Integer", "String"}, true},
		{"text", []string{"String"}, true},
		{"parse_mode", []string{"String"}, false},
		{"entities", []string{"Array of MessageEntity"}, false},
		{"link_preview_options", []string{"LinkPreviewOptions"}, false},
		{"reply_markup", []string{"InlineKeyboardMarkup"}, false},
	}
	placing := []field{
		{"message_thread_id", []string{"Integer"}, false},
		{"disable_notification", []string{"Boolean"}, false},
		{"reply_parameters", []string{"ReplyParameters"}, false},
	}
	menu := []field{{"scope", []string{"BotCommandScope"}, false}, {"language_code", []string{"String"}, false}}
	return &API{
		Methods: map[string]entry{
			"getMe": {},
			"getUpdates": {Fields: []field{
				{"offset", []string{"Integer"}, false},
				{"limit", []string{"Integer"}, false},
				{"timeout", []string{"Integer"}, false},
				{"allowed_updates", []string{"Array of String"}, false},
			}},
			"deleteWebhook":   {Fields: []field{{"drop_pending_updates", []string{"Boolean"}, false}}},
			"sendMessage":     {Fields: slices.Concat(text, placing)},
			"editMessageText": {Fields: append(slices.Clone(text), field{"message_id", []string{"Integer"}, true})},
			"sendPhoto": {Fields: slices.Concat(placing, []field{
				{"chat_id", []string{"Integer", "String"}, true},
				{"photo", []string{"InputFile", "String"}, true},
				{"caption", []string{"String"}, false},
				{"parse_mode", []string{"String"}, false},
				{"reply_markup", []string{"InlineKeyboardMarkup"}, false},
			})},
			"answerCallbackQuery": {Fields: []field{
				{"callback_query_id", []string{"String"}, true},
				{"text", []string{"String"}, false},
				{"show_alert", []string{"Boolean"}, false},
			}},
			"getChatMember": {Fields: []field{
				{"chat_id", []string{"Integer", "String"}, true}, {"user_id", []string{"Integer"}, true},
			}},
			"getMyCommands": {Fields: menu},
			"setMyCommands": {Fields: append(slices.Clone(menu), field{"commands", []string{"Array of BotCommand"}, true})},
		},
		Types: map[string]entry{
			"LinkPreviewOptions": {Fields: []field{{"is_disabled", []string{"Boolean"}, false}}},
			"ReplyParameters": {Fields: []field{
				{"message_id", []string{"Integer"}, true}, {"allow_sending_without_reply", []string{"Boolean"}, false},
			}},
			"InlineKeyboardMarkup": {Fields: []field{
				{"inline_keyboard", []string{"Array of Array of InlineKeyboardButton"}, true},
			}},
			"InlineKeyboardButton": {Fields: []field{
				{"text", []string{"String"}, true},
				{"callback_data", []string{"String"}, false},
				{"url", []string{"String"}, false},
			}},
			"MessageEntity": {Fields: []field{
				{"type", []string{"String"}, true},
				{"offset", []string{"Integer"}, true},
				{"length", []string{"Integer"}, true},
				{"url", []string{"String"}, false},
			}},
			"BotCommand": {Fields: []field{
				{"command", []string{"String"}, true}, {"description", []string{"String"}, true},
			}},
			"BotCommandScope": {Fields: []field{
				{"type", []string{"String"}, true},
				{"chat_id", []string{"Integer"}, false},
				{"user_id", []string{"Integer"}, false},
			}},
		},
	}
}

// check says what is wrong with a request: an unknown method or parameter, a missing one, one of the wrong shape.
func (b *API) check(method string, p params) (faults []string) {
	m, ok := b.Methods[method]
	if !ok {
		return []string{"there is no method " + method}
	}
	known := make(map[string]field)
	for _, f := range m.Fields {
		known[f.Name] = f
		if _, given := p[f.Name]; f.Required && !given {
			faults = append(faults, method+" lacks "+f.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p)) {
		f, ok := known[name]
		if !ok {
			faults = append(faults, method+" has no parameter "+name)
			continue
		}
		faults = append(faults, b.any(method+"."+name, f.Types, p.value(name, f.Types))...)
	}
	return faults
}

// any says what is wrong with a value that may have one of the types: nothing if it has one.
func (b *API) any(path string, types []string, v any) (faults []string) {
	for _, t := range types {
		wrong := b.one(path, t, v)
		if len(wrong) == 0 {
			return nil
		}
		if faults == nil || len(wrong) < len(faults) {
			faults = wrong
		}
	}
	return faults
}

func (b *API) one(path, typ string, v any) []string {
	if element, ok := strings.CutPrefix(typ, "Array of "); ok {
		list, ok := v.([]any)
		if !ok {
			return []string{path + " is not of type Array"}
		}
		var faults []string
		for i, e := range list {
			faults = append(faults, b.one(fmt.Sprintf("%s[%d]", path, i), element, e)...)
		}
		return faults
	}
	ok := false
	switch typ {
	case "Integer":
		n, number := v.(float64)
		ok = number && n == float64(int64(n))
	case "Float":
		_, ok = v.(float64)
	case "Boolean":
		_, ok = v.(bool)
	case "String", "InputFile":
		_, ok = v.(string)
	default:
		return b.object(path, typ, v)
	}
	if !ok {
		return []string{path + " is not of type " + typ}
	}
	return nil
}

func (b *API) object(path, typ string, v any) (faults []string) {
	e, ok := b.Types[typ]
	if !ok {
		return []string{path + " is of the unknown type " + typ}
	}
	if len(e.Subtypes) > 0 {
		return b.any(path, e.Subtypes, v)
	}
	object, ok := v.(map[string]any)
	if !ok {
		return []string{path + " is not of type " + typ}
	}
	known := make(map[string]bool)
	for _, f := range e.Fields {
		known[f.Name] = true
		value, given := object[f.Name]
		switch {
		case given:
			faults = append(faults, b.any(path+"."+f.Name, f.Types, value)...)
		case f.Required:
			faults = append(faults, path+" lacks "+f.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !known[name] {
			faults = append(faults, path+" has no field "+name)
		}
	}
	return faults
}
