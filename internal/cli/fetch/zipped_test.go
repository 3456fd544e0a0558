package fetch_test

import (
	"bytes"
	"compress/gzip"
)

// zipped holds what the compressed pages send.
var zipped = map[string][]byte{
	"gzip":     pack([]byte("unpacked\n")),
	"gzip-bad": append(pack([]byte("unpacked\n"))[:18], 0xff, 0xff, 0xff, 0xff),
	"bomb":     pack(make([]byte, 1<<20)),
}

func pack(p []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(p)
	z.Close()
	return b.Bytes()
}
