package wire

import (
	"google.golang.org/protobuf/types/known/structpb"
)

// optionsToProto turns options that a check has let through; a value of another kind crosses as null, which no driver takes.
func optionsToProto(options map[string]any) map[string]*structpb.Value {
	if options == nil {
		return nil
	}
	values := make(map[string]*structpb.Value, len(options))
	for name, option := range options {
		if list, ok := option.([]string); ok {
			option = each(list, func(s string) any { return s })
		}
		value, err := structpb.NewValue(option)
		if err != nil {
			value = structpb.NewNullValue()
		}
		values[name] = value
	}
	return values
}

// optionsFromProto gives the values that JSON gives as well: a number is a float64, a list a []any.
func optionsFromProto(values map[string]*structpb.Value) map[string]any {
	if values == nil {
		return nil
	}
	options := make(map[string]any, len(values))
	for name, value := range values {
		options[name] = value.AsInterface()
	}
	return options
}
