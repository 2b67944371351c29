package stanza

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// No option of a plug-in has the name of a key that every stanza has, and each has a description.
func TestPluginOptions(t *testing.T) {
	for _, tt := range []struct {
		from plugins
		keys any
	}{{parserPlugins, ParserKeys{}}, {channelPlugins, ChannelKeys{}}, {rulePlugins, RuleKeys{}}} {
		taken := tags(reflect.TypeOf(tt.keys))
		for _, kind := range tt.from.kinds() {
			o := tt.from.fresh(kind)
			if o == nil {
				continue
			}
			for _, name := range tags(reflect.TypeOf(o).Elem()) {
				if slices.Contains(taken, name) {
					t.Errorf("%s %s: option %s has the name of a common key", tt.from.what, kind, name)
				}
			}
		}
	}
}

func tags(t reflect.Type) (out []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		yamlName, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		jsonName, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if yamlName != "" && yamlName != "-" && (yamlName != jsonName || f.Tag.Get("jsonschema") == "") && !strings.HasSuffix(t.Name(), "Keys") {
			out = append(out, "without equal names and a description: "+yamlName)
		}
		out = append(out, yamlName)
	}
	return out
}
