package dissect

// The fields of SIP: RFC 3261.

import "github.com/netkit-go/netkit/pkg/wire"

var sip = Proto{Name: "sip", Title: "Session Initiation Protocol", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&sipRequestLine, &sipMethod, &sipURI, &sipURIUser, &sipURIHost, &sipURIPort, &sipStatusLine, &sipStatus, &sipHeader, &sipFrom,
		&sipFromDisplay, &sipFromAddr, &sipFromUser, &sipFromHost, &sipFromPort, &sipFromTag, &sipTo, &sipToDisplay, &sipToAddr,
		&sipToUser, &sipToHost, &sipToPort, &sipToTag, &sipContact, &sipContactURI, &sipContactUser, &sipContactHost, &sipContactPort,
		&sipCallID, &sipCSeq, &sipCSeqSeq, &sipCSeqMethod, &sipVia, &sipViaTransport, &sipViaAddr, &sipViaPort, &sipViaBranch,
		&sipMaxForwards, &sipContentType, &sipContentLength, &sipUserAgent, &sipServer, &sipExpires, &sipAllow, &sipSupported,
		&sipRequire, &sipRoute, &sipRecordRoute, &sipSubject, &sipEvent, &sipAuthorization, &sipProxyAuthorization, &sipAuthenticate,
		&sipProxyAuthenticate, &sipBody,
	}}

var (
	sipRequestLine        = loose("sip.Request-Line", "Request line", Text)
	sipMethod             = loose("sip.Method", "Method", Text)
	sipURI                = loose("sip.r-uri", "Request URI", Text)
	sipURIUser            = loose("sip.r-uri.user", "User", Text)
	sipURIHost            = loose("sip.r-uri.host", "Host", Text)
	sipURIPort            = loose("sip.r-uri.port", "Port", Text)
	sipStatusLine         = loose("sip.Status-Line", "Status line", Text)
	sipStatus             = looseCode("sip.Status-Code", "Status", sipStatusName)
	sipHeader             = loose("sip.header", "Header", Text)
	sipFrom               = loose("sip.From", "From", Text)
	sipFromDisplay        = loose("sip.from.display.info", "Display name", Text)
	sipFromAddr           = loose("sip.from.addr", "Address", Text)
	sipFromUser           = loose("sip.from.user", "User", Text)
	sipFromHost           = loose("sip.from.host", "Host", Text)
	sipFromPort           = loose("sip.from.port", "Port", Text)
	sipFromTag            = loose("sip.from.tag", "Tag", Text)
	sipTo                 = loose("sip.To", "To", Text)
	sipToDisplay          = loose("sip.to.display.info", "Display name", Text)
	sipToAddr             = loose("sip.to.addr", "Address", Text)
	sipToUser             = loose("sip.to.user", "User", Text)
	sipToHost             = loose("sip.to.host", "Host", Text)
	sipToPort             = loose("sip.to.port", "Port", Text)
	sipToTag              = loose("sip.to.tag", "Tag", Text)
	sipContact            = loose("sip.Contact", "Contact", Text)
	sipContactURI         = loose("sip.contact.uri", "Address", Text)
	sipContactUser        = loose("sip.contact.user", "User", Text)
	sipContactHost        = loose("sip.contact.host", "Host", Text)
	sipContactPort        = loose("sip.contact.port", "Port", Text)
	sipCallID             = loose("sip.Call-ID", "Call ID", Text)
	sipCSeq               = loose("sip.CSeq", "CSeq", Text)
	sipCSeqSeq            = loose("sip.CSeq.seq", "Sequence", wire.FieldDec)
	sipCSeqMethod         = loose("sip.CSeq.method", "Method", Text)
	sipVia                = loose("sip.Via", "Via", Text)
	sipViaTransport       = loose("sip.Via.transport", "Transport", Text)
	sipViaAddr            = loose("sip.Via.sent-by.address", "Sent by", Text)
	sipViaPort            = loose("sip.Via.sent-by.port", "Port", wire.FieldDec)
	sipViaBranch          = loose("sip.Via.branch", "Branch", Text)
	sipMaxForwards        = loose("sip.Max-Forwards", "Max forwards", wire.FieldDec)
	sipContentType        = loose("sip.Content-Type", "Content type", Text)
	sipContentLength      = loose("sip.Content-Length", "Content length", wire.FieldDec)
	sipUserAgent          = loose("sip.User-Agent", "User agent", Text)
	sipServer             = loose("sip.Server", "Server", Text)
	sipExpires            = loose("sip.Expires", "Expires", wire.FieldDec)
	sipAllow              = loose("sip.Allow", "Allow", Text)
	sipSupported          = loose("sip.Supported", "Supported", Text)
	sipRequire            = loose("sip.Require", "Require", Text)
	sipRoute              = loose("sip.Route", "Route", Text)
	sipRecordRoute        = loose("sip.Record-Route", "Record route", Text)
	sipSubject            = loose("sip.Subject", "Subject", Text)
	sipEvent              = loose("sip.Event", "Event", Text)
	sipAuthorization      = loose("sip.Authorization", "Authorization", Text)
	sipProxyAuthorization = loose("sip.Proxy-Authorization", "Proxy authorization", Text)
	sipAuthenticate       = loose("sip.WWW-Authenticate", "Challenge", Text)
	sipProxyAuthenticate  = loose("sip.Proxy-Authenticate", "Proxy challenge", Text)
	sipBody               = loose("sip.msg_body", "Body", Text)
)
