package follow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Inputs fills in what the host knows about a job's inputs: name, absolute path, size, mode and digest. It reads every file once.
func Inputs(inputs []scheduler.Input) ([]scheduler.Input, error) {
	filled := make([]scheduler.Input, len(inputs))
	for i, in := range inputs {
		if in.Name == "" {
			in.Name = filepath.Base(in.Path)
		}
		if in.Path != "" && in.Data != nil {
			return nil, fault.Invalid.New("inputs: %q has both a path and data", in.Name)
		}
		var err error
		if in.Path == "" {
			in = described(in)
		} else if in, err = read(in); err != nil {
			return nil, fault.Invalid.New("inputs: %w", err)
		}
		filled[i] = in
	}
	return filled, nil
}

func described(in scheduler.Input) scheduler.Input {
	sum := sha256.Sum256(in.Data)
	in.Size, in.SHA256 = int64(len(in.Data)), hex.EncodeToString(sum[:])
	if in.Mode == 0 {
		in.Mode = 0o644
	}
	return in
}

func read(in scheduler.Input) (scheduler.Input, error) {
	absolute, err := filepath.Abs(in.Path)
	if err != nil {
		return in, err
	}
	in.Path = absolute
	file, err := os.Open(absolute)
	if err != nil {
		return in, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return in, err
	}
	if !info.Mode().IsRegular() {
		return in, fault.Invalid.New("%s is not a regular file", absolute)
	}
	sum := sha256.New()
	if in.Size, err = io.Copy(sum, file); err != nil {
		return in, err
	}
	in.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if in.Mode == 0 {
		in.Mode = uint32(info.Mode().Perm())
	}
	return in, nil
}

// openInput gives an input's content. That a file has changed since the job was made shows in its digest, which the driver's side checks.
func openInput(in scheduler.Input) (io.ReadCloser, error) {
	if in.Path == "" {
		return io.NopCloser(bytes.NewReader(in.Data)), nil
	}
	file, err := os.Open(in.Path)
	if err != nil {
		return nil, fault.By(fault.Host, fault.NotFound.New("input %q cannot be read any more: %w", in.Name, err))
	}
	return file, nil
}
