package sdk

import (
	"errors"
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Invalid is an error about one field of the configuration. Returned by a driver's open function, or by the Validate method of
// its configuration, it is shown to the operator at that line of the file. The field is named as in the file, with dots into nested
// blocks: "transfer.chunk". Several are joined with errors.Join.
func Invalid(field, format string, args ...any) error {
	return fault.Invalid.New("%w", &fieldError{field: field, text: fmt.Sprintf(format, args...)})
}

type fieldError struct{ field, text string }

func (e *fieldError) Error() string { return e.field + ": " + e.text }

func (e *fieldError) path() []string { return strings.Split(e.field, ".") }

// fieldErrors are the errors about fields in err's tree, and whether there is anything else in it.
func fieldErrors(err error) (fields []*fieldError, rest error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var others []error
		for _, e := range many.Unwrap() {
			f, r := fieldErrors(e)
			fields = append(fields, f...)
			others = append(others, r)
		}
		return fields, errors.Join(others...)
	}
	if f := (*fieldError)(nil); errors.As(err, &f) {
		return []*fieldError{f}, nil
	}
	return nil, err
}
