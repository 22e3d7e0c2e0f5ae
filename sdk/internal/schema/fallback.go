package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// fallbackJSON reads the default that a tag gives as text. Lists and maps are written as JSON there.
func fallbackJSON(t *pluginv1.Type, text string) ([]byte, error) {
	switch t.GetBase() {
	case pluginv1.Type_BASE_STRING:
		return json.Marshal(text)
	case pluginv1.Type_BASE_DURATION:
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, fmt.Errorf("default: %w", err)
		}
		return json.Marshal(d.String())
	case pluginv1.Type_BASE_BOOL:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("default: %w", err)
		}
		return json.Marshal(b)
	}
	if !json.Valid([]byte(text)) {
		return nil, fmt.Errorf("default: %q is not JSON of its type", text)
	}
	return []byte(text), nil
}
