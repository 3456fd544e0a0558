package dissect

import "testing"

const sipTestInvite = "INVITE sip:bob@example.com:5070;transport=udp SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP pc33.example.com:5066;branch=z9hG4bK776;rport\r\n" +
	"Max-Forwards: 70\r\n" +
	"To: \"Bob B\" <sip:bob@example.com>\r\n" +
	"f: Alice <sip:alice:pw@[2001:db8::1]:5071;lr>;x=y;tag=1928301774\r\n" +
	"Call-ID: a84b4c76e66710\r\n" +
	"CSeq: 314159 INVITE\r\n" +
	"X-Own: something\r\n" +
	"Content-Length: 4\r\n\r\nv=0\n"

// RFC 3261 7.1 and 20, with a short form (7.3.3) among the headers.
func TestSIPInvite(t *testing.T) {
	p := appDissect(t, dissectSIP, []byte(sipTestInvite), 5060, 5060)
	wantSound(t, p)
	wantValues(t, p, "sip.Method=INVITE", "sip.r-uri=sip:bob@example.com:5070;transport=udp", "sip.r-uri.user=bob", "sip.r-uri.host=example.com",
		"sip.r-uri.port=5070", "sip.Via.transport=UDP", "sip.Via.sent-by.address=pc33.example.com", "sip.Via.sent-by.port=5066",
		"sip.Via.branch=z9hG4bK776", "sip.Max-Forwards=70", `sip.to.display.info="Bob B"`, "sip.to.addr=sip:bob@example.com",
		"sip.from.display.info=Alice", "sip.from.user=alice", "sip.from.host=[2001:db8::1]", "sip.from.port=5071", "sip.from.tag=1928301774",
		"sip.Call-ID=a84b4c76e66710", "sip.CSeq.seq=314159", "sip.CSeq.method=INVITE", "sip.header=X-Own: something",
		"sip.Content-Length=4", "sip.msg_body=v=0\n")
	if n := pduSIP([]byte(sipTestInvite + "INVITE")); n != len(sipTestInvite) {
		t.Errorf("the unit has %d of %d octets", n, len(sipTestInvite))
	}
	p = appDissect(t, dissectSIP, []byte("SIP/2.0 407 Proxy\r\nContact: <sip:a@b>\r\n\r\n"), 5060, 5060)
	wantValues(t, p, "sip.Status-Code=407", "sip.contact.uri=sip:a@b", "sip.contact.host=b")
}

// RFC 959 and RFC 2428: which side speaks is told by the port.
func TestFTPLines(t *testing.T) {
	p := appDissect(t, dissectFTP, []byte("USER anonymous\r\nPORT 192,0,2,7,4,1\r\n"), 4000, 21)
	wantValues(t, p, "ftp.request.command=USER|PORT", "ftp.request.arg=anonymous|192,0,2,7,4,1", "ftp.active.cip=192.0.2.7", "ftp.active.port=1025")
	p = appDissect(t, dissectFTP, []byte("220-hello\r\n more\r\n220 x\r\n227 Entering (192,0,2,1,255,255).\r\n229 (|||6446|)\r\n227 no (1,2,3)\r\n"), 21, 4000)
	wantValues(t, p, "ftp.response.code=220|220|227|229|227", "ftp.passive.ip=192.0.2.1", "ftp.passive.port=65535", "ftp.epsv.port=6446")
	wantInfo(t, p, "FTP: 220-hello")
	// RFC 4217: after AUTH TLS come records.
	p = appDissect(t, dissectFTP, []byte("\x17\x03\x03\x00\x01x\x17\x03\x03\x00\x01y"), 21, 4000)
	wantValues(t, p, "tls.app_data=78|79")
}

// RFC 5321: commands are told from the text of a message.
func TestSMTPLines(t *testing.T) {
	p := appDissect(t, dissectSMTP, []byte("EHLO a\r\nMAIL FROM:<a@example.com>\r\n"), 4000, 25)
	wantValues(t, p, "smtp.req.command=EHLO|MAIL", "smtp.req.parameter=a|FROM:<a@example.com>")
	p = appDissect(t, dissectSMTP, []byte("Subject: x\r\n\r\ntext\r\n.\r\n"), 4000, 25)
	wantValues(t, p, "smtp.req.command=", "smtp.message=Subject: x\r\n\r\ntext\r\n.\r\n", "smtp.eom=1")
	p = appDissect(t, dissectSMTP, []byte("250-a\r\n250 SIZE 1\r\n"), 25, 4000)
	wantValues(t, p, "smtp.response.code=250", "smtp.response=250-a\r\n|250 SIZE 1\r\n", "smtp.rsp.parameter=a|SIZE 1")
}

// RFC 854 and RFC 1073: commands, options, and an IAC in the data.
func TestTelnetCommands(t *testing.T) {
	p := appDissect(t, dissectTelnet, []byte("a\xff\xff\xff\xfd\x18\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0\xff\xf6"), 23, 4000)
	wantSound(t, p)
	wantValues(t, p, "telnet.cmd=253|250|246", "telnet.subcmd=24|31", "telnet.naws_subopt.width=80", "telnet.naws_subopt.height=24", "telnet.data=a|\xff")
	wantInfo(t, p, "[telnet IAC, DO TERMINAL TYPE, SB NAWS, AYT]")
	wantBad(t, appDissect(t, dissectTelnet, []byte("\xff\xfa\x18\x00xt"), 23, 4000), "cut short")
	wantBad(t, appDissect(t, dissectTelnet, []byte("\xff"), 23, 4000), "cut short")
	// RFC 855: IAC SE ends a suboption; any other command in it means that it never came.
	p = appDissect(t, dissectTelnet, []byte("\xff\xfa\x18\x00a\xff\xffb\xff\xfd\x01"), 23, 4000)
	wantBad(t, p, "suboption without an end")
	wantValues(t, p, "telnet.string_subopt.value=a\xff\xffb", "telnet.cmd=250|253", "telnet.subcmd=24|1")
}

// RFC 5424 6 and RFC 3164.
func TestSyslog(t *testing.T) {
	p := appDissect(t, dissectSyslog, []byte("<165>1 2026-01-02T03:04:05Z host app - ID47 - text"), 4000, 514)
	wantValues(t, p, "syslog.facility=20", "syslog.level=5", "syslog.timestamp=2026-01-02T03:04:05Z", "syslog.hostname=host", "syslog.appname=app",
		"syslog.procid=", "syslog.msgid=ID47", "syslog.msg=- text")
	p = appDissect(t, dissectSyslog, []byte("<34>Oct 11 su: failed"), 4000, 514)
	wantValues(t, p, "syslog.facility=4", "syslog.level=2", "syslog.msg=Oct 11 su: failed")
	p = appDissect(t, dissectSyslog, []byte("<12345>x"), 4000, 514)
	wantValues(t, p, "syslog.facility=", "syslog.msg=<12345>x")
}
