package cli_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/netkit-go/netkit/internal/cli/root"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"netkit": func() { os.Exit(root.Process()) }})
}

// TestScripts runs the command lines in testdata. They may use
//
//	exits N COMMAND...   COMMAND ends with exit code N
//	schema NAME FILE     FILE, or stdout, is valid by docs/schema/NAME.json
//	interrupt COMMAND... COMMAND gets SIGINT when it has written its first byte
//
// and the servers at $HTTP (host:port) and $TLS, whose certificate is for
// localhost and signed by the authority in $WORK/ca.pem; nothing listens at $CLOSED.
func TestScripts(t *testing.T) {
	web := newServers(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HTTP", web.http)
			env.Setenv("TLS", web.tls)
			env.Setenv("CLOSED", web.closed)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			return os.WriteFile(filepath.Join(env.WorkDir, "ca.pem"), web.ca, 0o644)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"schema":    validate,
			"interrupt": interrupt,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil {
		ts.Fatalf("usage: exits N COMMAND...")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func validate(ts *testscript.TestScript, neg bool, args []string) {
	s, err := jsonschema.NewCompiler().Compile("../../docs/schema/" + args[0] + ".json")
	ts.Check(err)
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile(args[1])))
	for n := 0; ; n++ {
		var doc any
		if err := dec.Decode(&doc); err == io.EOF && n > 0 {
			return
		} else if err != nil {
			ts.Fatalf("%s is no JSON: %v", args[1], err)
		}
		if err := s.Validate(doc); err != nil {
			ts.Fatalf("%v", err)
		}
	}
}

// interrupt runs a command, sends it SIGINT once it has written something, and
// wants exit code 130.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "XDG_CONFIG_HOME=/nonexistent"}
	cmd.Stderr = ts.Stderr()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	var one [1]byte
	_, err = io.ReadFull(out, one[:])
	ts.Check(err)
	ts.Check(cmd.Process.Signal(os.Interrupt))
	go func() { _, _ = io.Copy(io.Discard, out) }()
	_ = cmd.Wait() // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		ts.Fatalf("exit code %d after SIGINT, want 130", code)
	}
}

type servers struct {
	http, tls, closed string
	ca                []byte
}

func newServers(t *testing.T) servers {
	listen := func() net.Listener {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ln.Close() })
		return ln
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello, %s\n", r.Host) })
	mux.HandleFunc("/evil", func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 200 \x1b[31mred\r\nX-Evil: \x1b]0;title\x07\r\nContent-Length: 3\r\n\r\nok\n")
	})
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "short")
	})
	mux.HandleFunc("/ticks", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			fmt.Fprintln(w, "tick")
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	})
	mux.HandleFunc("/sink", func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintln(w, n)
	})

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	plain, secure, closed := listen(), listen(), listen()
	closed.Close()
	go http.Serve(plain, mux)
	go http.Serve(tls.NewListener(secure, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}), mux)
	_, port, _ := net.SplitHostPort(secure.Addr().String())
	return servers{plain.Addr().String(), "localhost:" + port, closed.Addr().String(),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}
