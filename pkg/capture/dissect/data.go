package dissect

// What no dissector knows.
var (
	data = Proto{Name: "data", Title: "Data", TCPIP: Application, OSI: OSIApplication,
		Fields: []*Def{&dataData, &dataLen}}

	dataData = loose("data.data", "Data", Bytes)
	dataLen  = loose("data.len", "Length", 0)
)

func dissectData(d *D, b []byte) {
	if len(b) == 0 {
		return
	}
	d.Begin(&data)
	d.Bytes(&dataData, 0, len(b))
	d.Gen(&dataLen, uint64(len(b)))
}
