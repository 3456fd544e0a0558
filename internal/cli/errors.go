package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// Exit codes that mean the same in every command.
const (
	ExitOK          = 0
	ExitFailure     = 1
	ExitUsage       = 2
	ExitHangup      = 129 // 128 + SIGHUP
	ExitInterrupted = 130 // 128 + SIGINT
	ExitPipe        = 141 // 128 + SIGPIPE
	ExitTerminated  = 143 // 128 + SIGTERM
)

// Error is how a command fails. Message says what failed and why, Hint what to
// do next; neither ends in a full stop or holds a line break.
type Error struct {
	Code    string // a stable word for programs: "usage", "timeout"
	Exit    int    // the process's exit code; 0 means ExitFailure
	Message string
	Hint    string

	// Reported means that the command has said so itself, in its result
	// document or on Err: only the exit code is left to do.
	Reported bool

	Err error // the cause, for errors.Is
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Usagef returns the error for a command line that makes no sense.
func Usagef(format string, args ...any) *Error {
	return &Error{Code: "usage", Exit: ExitUsage, Message: fmt.Sprintf(format, args...)}
}

// WithHint returns e with its hint set.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Exit ends the command with a code and without a message, as a predicate does
// that answers "no".
func Exit(code int) error {
	return &Error{Code: "exit", Exit: code, Message: fmt.Sprintf("exit code %d", code), Reported: true}
}

// Why a signal ended the context: its cause.
var (
	ErrInterrupted = errors.New("interrupted")
	ErrTerminated  = errors.New("terminated")
	ErrHangup      = errors.New("the terminal went away")
)

// Describe turns any error into an *Error: this is the one place where errors
// become exit codes.
func Describe(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		if e.Exit == 0 {
			c := *e
			c.Exit = ExitFailure
			return &c
		}
		return e
	}
	switch {
	case errors.Is(err, ErrHangup):
		return &Error{Code: "hangup", Exit: ExitHangup, Message: ErrHangup.Error(), Err: err}
	case errors.Is(err, ErrTerminated):
		return &Error{Code: "terminated", Exit: ExitTerminated, Message: "terminated", Err: err}
	case errors.Is(err, ErrInterrupted), errors.Is(err, context.Canceled):
		return &Error{Code: "interrupted", Exit: ExitInterrupted, Message: "interrupted", Err: err}
	case errors.Is(err, syscall.EPIPE), errors.Is(err, io.ErrClosedPipe):
		return &Error{Code: "pipe", Exit: ExitPipe, Message: "the reader of the output went away", Reported: true, Err: err}
	case errors.Is(err, os.ErrNotExist):
		return &Error{Code: "not-found", Exit: ExitFailure, Message: err.Error(), Err: err}
	case errors.Is(err, os.ErrPermission):
		return &Error{Code: "permission", Exit: ExitFailure, Message: err.Error(), Err: err}
	}
	return &Error{Code: "failure", Exit: ExitFailure, Message: err.Error(), Err: err}
}

// ErrorBody is an error inside a result document.
type ErrorBody struct {
	Code    string `json:"code" doc:"A stable word for programs."`
	Message string `json:"message" doc:"What failed, and why."`
	Hint    string `json:"hint,omitempty" doc:"What to do next."`
}

// ErrorDocument is what a command that failed prints in the JSON formats when it
// has no result to print.
type ErrorDocument struct {
	SchemaVersion int       `json:"schema_version" doc:"Version of this document's form."`
	Error         ErrorBody `json:"error" doc:"Why there is no result."`
}

// Body returns the part of e that goes into documents.
func (e *Error) Body() ErrorBody { return ErrorBody{e.Code, e.Message, e.Hint} }

// Report says err to the user, once, and returns the exit code. name is the
// command's; with asJSON the error is a document on Out, else one or two lines on
// Err.
func Report(s *Streams, name string, err error, asJSON bool) int {
	if err == nil {
		return ExitOK
	}
	e := Describe(err)
	switch {
	case e.Reported:
	case asJSON:
		enc := json.NewEncoder(s.Out)
		enc.SetEscapeHTML(false)
		if enc.Encode(ErrorDocument{1, e.Body()}) != nil {
			PrintError(s, name, e) // Out may be what failed
		}
	default:
		PrintError(s, name, e)
	}
	return e.Exit
}

// PrintError writes e's one or two lines to Err.
func PrintError(s *Streams, name string, e *Error) {
	fmt.Fprintf(s.Err, "%s: %s\n", name, Escape(e.Message))
	if e.Hint != "" {
		fmt.Fprintf(s.Err, "%s: hint: %s\n", name, Escape(e.Hint))
	}
}
