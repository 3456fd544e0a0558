package layer

import (
	"fmt"
	"io"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture"
)

// fileWriter is what -w writes: the packets that matched, and in pcapng everything
// else that the input says: interfaces, names, secrets, statistics, comments.
type fileWriter struct {
	name string
	file *cli.File // nil: standard output
	out  io.Writer
	live bool // whoever reads waits for it

	ng    *capture.Writer
	ids   map[interfaceKey]int
	next  interfaceKey // the next interface that the input describes
	pcap  *capture.PcapWriter
	asked bool // pcap was asked for
	link  capture.LinkType
	info  capture.SectionInfo
	count int64
}

// interfaceKey names an interface of the input.
type interfaceKey struct{ file, section, index int }

// createWriter starts -w. A name that ends in .pcap gives a pcap file.
func createWriter(s *cli.Streams, name string, live bool) (*fileWriter, error) {
	w := &fileWriter{name: name, out: s.Out, live: live, ids: map[interfaceKey]int{}, asked: strings.HasSuffix(name, ".pcap"),
		info: capture.SectionInfo{Application: "netkit"}}
	if name == "-" {
		if s.OutTerminal {
			return nil, cli.Usagef("-w - would write packets to the terminal").WithHint("send it to a file or a pipe")
		}
		return w, nil
	}
	f, err := cli.CreateFile(name)
	if err != nil {
		return nil, err
	}
	w.file, w.out = f, f
	return w, nil
}

// section notes who wrote the input; of several files the first counts.
func (w *fileWriter) section(i capture.SectionInfo) error {
	if w.ng != nil || w.asked {
		return nil
	}
	w.info.Hardware, w.info.OS, w.info.Comments = i.Hardware, i.OS, i.Comments
	return w.begin()
}

func (w *fileWriter) begin() (err error) {
	if w.ng == nil {
		w.ng, err = capture.NewWriter(w.out, w.info)
	}
	return err
}

// item takes a packet or what is none, in the order of the input.
func (w *fileWriter) item(it *item) error {
	switch {
	case it.meta != nil && !w.asked:
		return w.meta(it)
	case it.meta == nil && it.match:
		w.count++
		if w.asked {
			return w.classic(it)
		}
		return w.packet(it)
	}
	return nil
}

func (w *fileWriter) meta(it *item) error {
	if err := w.begin(); err != nil {
		return err
	}
	switch m := it.meta.(type) {
	case capture.Interface:
		if w.next.file != it.file || w.next.section != it.packet.Section {
			w.next = interfaceKey{it.file, it.packet.Section, 0}
		}
		key := w.next
		w.next.index++
		return w.describe(key, m)
	case capture.Secrets:
		return w.ng.WriteSecrets(m)
	case capture.Names:
		return w.ng.WriteNames(m)
	case capture.Statistics:
		if id, ok := w.ids[interfaceKey{it.file, it.packet.Section, m.Interface}]; ok {
			m.Interface = id
			return w.ng.WriteStatistics(m)
		}
	}
	return nil
}

func (w *fileWriter) packet(it *item) error {
	if err := w.begin(); err != nil {
		return err
	}
	p := it.packet
	key := interfaceKey{it.file, p.Section, p.Interface}
	if _, ok := w.ids[key]; !ok { // a pcap file describes its interface in its header
		if err := w.describe(key, *it.ifc); err != nil {
			return err
		}
	}
	p.Interface = w.ids[key]
	return w.ng.WritePacket(p)
}

// noCut is a snapshot length that no packet reaches: packets are written as they
// are, also those that are longer than their interface said.
const noCut = capture.MaxRecord / 2

func (w *fileWriter) describe(key interfaceKey, i capture.Interface) error {
	i.SnapLen = noCut
	id, err := w.ng.AddInterface(i)
	if err != nil {
		return err
	}
	w.ids[key] = id
	return nil
}

func (w *fileWriter) classic(it *item) (err error) {
	if w.pcap == nil {
		w.link = it.packet.LinkType
		if w.pcap, err = capture.NewPcapWriter(w.out, w.link, noCut); err != nil {
			return err
		}
	}
	if it.packet.LinkType != w.link {
		return &cli.Error{Code: "link-type", Hint: "give -w a name that does not end in .pcap: pcapng holds many",
			Message: fmt.Sprintf("%s: a pcap file holds one link type, and packet %d is %v after %v", w.name, it.tracked.Number, it.packet.LinkType, w.link)}
	}
	return w.pcap.WritePacket(it.packet)
}

// promptly hands on what was written, where somebody waits for it.
func (w *fileWriter) promptly() error {
	if !w.live {
		return nil
	}
	return w.flush()
}

func (w *fileWriter) flush() error {
	if w.ng != nil {
		return w.ng.Flush()
	}
	if w.pcap != nil {
		return w.pcap.Flush()
	}
	return nil
}

// close ends the file. One without packets has a head all the same. A file keeps
// what it has when the input was damaged.
func (w *fileWriter) close() error {
	var err error
	switch {
	case w.asked && w.pcap == nil:
		w.pcap, err = capture.NewPcapWriter(w.out, capture.LinkTypeEthernet, 0)
	case !w.asked:
		err = w.begin()
	}
	if err == nil {
		err = w.flush()
	}
	if w.file == nil {
		return err
	}
	if err != nil {
		w.file.Discard()
		return err
	}
	return w.file.Commit()
}

func (w *fileWriter) discard() {
	if w.file != nil {
		w.file.Discard()
	}
}
