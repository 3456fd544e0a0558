package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// File is an output file that appears under its name all at once: it is written
// beside it and renamed. What is no regular file (a device, a pipe) and what lies in
// a folder where nothing can be created is written in place.
type File struct {
	f    *os.File
	name string // where it goes; "" when it is written in place
	temp string
	done bool
}

// maxTempBase leaves room in a name of 255 bytes for what tells an unfinished file.
const maxTempBase = 200

// CreateFile starts a file.
func CreateFile(name string) (*File, error) {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		target = name
	}
	mode := os.FileMode(0o666)
	info, err := os.Stat(target)
	exists := err == nil
	if exists && !info.Mode().IsRegular() {
		return inPlace(target)
	}
	if exists {
		// A rename asks the folder's permission only: the file's counts as well.
		old, err := os.OpenFile(target, os.O_WRONLY, 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, cause(err))
		}
		_ = old.Close() // nothing was written
	}
	dir, base := filepath.Split(target)
	base = base[:min(len(base), maxTempBase)]
	for i := range 1000 {
		temp := filepath.Join(dir, fmt.Sprintf(".%s.netkit-%d-%d", base, os.Getpid(), i))
		f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		switch {
		case os.IsExist(err):
			continue
		case err != nil && exists:
			return inPlace(target)
		case err != nil:
			return nil, fmt.Errorf("%s: %w", name, cause(err))
		}
		if exists {
			err = f.Chmod(info.Mode().Perm())
		}
		if err != nil {
			_ = f.Close()
			_ = os.Remove(temp)
			return inPlace(target)
		}
		return &File{f: f, name: target, temp: temp}, nil
	}
	return nil, fmt.Errorf("%s: too many unfinished files beside it", name)
}

// cause is a file error without the name of the file that was meant to be hidden.
func cause(err error) error {
	if p, ok := err.(*os.PathError); ok {
		return p.Err
	}
	return err
}

func inPlace(name string) (*File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	return &File{f: f}, nil
}

// AppendFile continues a file, in place; one that does not exist is made.
func AppendFile(name string) (*File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	return &File{f: f}, nil
}

// Restart drops what has been written. What is neither a file nor the null device
// cannot take it back.
func (f *File) Restart() error {
	info, err := f.f.Stat()
	switch {
	case err != nil:
		return err
	case info.Mode().IsRegular():
		if err := f.f.Truncate(0); err != nil {
			return cause(err)
		}
		_, err := f.f.Seek(0, io.SeekStart)
		return err
	case info.Mode()&os.ModeCharDevice != 0:
		return nil
	}
	return fmt.Errorf("%s: %w", f.f.Name(), ErrNoRestart)
}

// ErrNoRestart is returned for what has been written to a pipe.
var ErrNoRestart = errors.New("what has been written cannot be taken back")

// Write implements io.Writer.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	if err != nil {
		err = cause(err)
	}
	return n, err
}

// Commit gives the file its name, whatever has been written. After the first
// call of Commit or Discard further calls do nothing.
func (f *File) Commit() error {
	if f.done {
		return nil
	}
	f.done = true
	err := f.f.Close()
	if f.name != "" {
		if rerr := os.Rename(f.temp, f.name); err == nil {
			err = rerr
		}
	}
	return err
}

// Discard drops the file; one of that name from before stays as it was, unless it
// was written in place.
func (f *File) Discard() {
	if f.done {
		return
	}
	f.done = true
	_ = f.f.Close() // nobody wants it
	if f.name != "" {
		_ = os.Remove(f.temp)
	}
}

var _ io.Writer = (*File)(nil)
