package dissect

// The fields of HTTP/1 messages: RFC 9110 and RFC 9112.

import "github.com/netkit-go/netkit/pkg/wire"

var httpProtoFields = []*Def{
	&httpRequest, &httpResponse, &httpMethod, &httpURI, &httpPath, &httpQuery, &httpParam, &httpReqVersion, &httpFullURI,
	&httpRspVersion, &httpCode, &httpPhrase, &httpReqLine, &httpRspLine, &httpHost, &httpUserAgent, &httpServer, &httpConnection,
	&httpContentType, &httpContentLengthText, &httpContentLength, &httpContentEncoding, &httpTransferEncoding, &httpUpgrade,
	&httpAccept, &httpAcceptLanguage, &httpAcceptEncoding, &httpReferer, &httpCookie, &httpCookiePair, &httpSetCookie, &httpDate,
	&httpCacheControl, &httpLocation, &httpLastModified, &httpForwardedFor, &httpAuthorization, &httpAuthBasic,
	&httpProxyAuthenticate, &httpProxyAuthorization, &httpWWWAuthenticate, &httpWSAccept, &httpWSExtensions, &httpWSKey,
	&httpWSProtocol, &httpWSVersion, &httpHTTP2Settings, &httpChunk, &httpChunkSize, &httpChunkData, &httpTrailer, &httpFileData,
}

var httpProto = Proto{Name: "http", Title: "Hypertext Transfer Protocol", TCPIP: Application, OSI: OSIApplication, Fields: httpProtoFields}

var ssdp = Proto{Name: "ssdp", Title: "Simple Service Discovery Protocol", TCPIP: Application, OSI: OSIApplication, Fields: httpProtoFields}

var (
	httpRequest            = loose("http.request", "Request", wire.FieldFlag)
	httpResponse           = loose("http.response", "Response", wire.FieldFlag)
	httpMethod             = loose("http.request.method", "Method", Text)
	httpURI                = loose("http.request.uri", "URI", Text)
	httpPath               = loose("http.request.uri.path", "Path", Text)
	httpQuery              = loose("http.request.uri.query", "Query", Text)
	httpParam              = loose("http.request.uri.query.parameter", "Parameter", Text)
	httpReqVersion         = loose("http.request.version", "Version", Text)
	httpFullURI            = loose("http.request.full_uri", "Full URI", Text)
	httpRspVersion         = loose("http.response.version", "Version", Text)
	httpCode               = looseCode("http.response.code", "Status", httpStatus)
	httpPhrase             = loose("http.response.phrase", "Reason", Text)
	httpReqLine            = loose("http.request.line", "Header", Text)
	httpRspLine            = loose("http.response.line", "Header", Text)
	httpHost               = loose("http.host", "Host", Text)
	httpUserAgent          = loose("http.user_agent", "User agent", Text)
	httpServer             = loose("http.server", "Server", Text)
	httpConnection         = loose("http.connection", "Connection", Text)
	httpContentType        = loose("http.content_type", "Content type", Text)
	httpContentLengthText  = loose("http.content_length_header", "Content length", Text)
	httpContentLength      = loose("http.content_length", "Content length", wire.FieldDec)
	httpContentEncoding    = loose("http.content_encoding", "Content encoding", Text)
	httpTransferEncoding   = loose("http.transfer_encoding", "Transfer encoding", Text)
	httpUpgrade            = loose("http.upgrade", "Upgrade", Text)
	httpAccept             = loose("http.accept", "Accept", Text)
	httpAcceptLanguage     = loose("http.accept_language", "Accept language", Text)
	httpAcceptEncoding     = loose("http.accept_encoding", "Accept encoding", Text)
	httpReferer            = loose("http.referer", "Referer", Text)
	httpCookie             = loose("http.cookie", "Cookie", Text)
	httpCookiePair         = loose("http.cookie_pair", "Cookie pair", Text)
	httpSetCookie          = loose("http.set_cookie", "Set cookie", Text)
	httpDate               = loose("http.date", "Date", Text)
	httpCacheControl       = loose("http.cache_control", "Cache control", Text)
	httpLocation           = loose("http.location", "Location", Text)
	httpLastModified       = loose("http.last_modified", "Last modified", Text)
	httpForwardedFor       = loose("http.x_forwarded_for", "Forwarded for", Text)
	httpAuthorization      = loose("http.authorization", "Credentials", Text)
	httpAuthBasic          = loose("http.authbasic", "User and password", Text)
	httpProxyAuthenticate  = loose("http.proxy_authenticate", "Proxy challenge", Text)
	httpProxyAuthorization = loose("http.proxy_authorization", "Proxy credentials", Text)
	httpWWWAuthenticate    = loose("http.www_authenticate", "Challenge", Text)
	httpWSAccept           = loose("http.sec_websocket_accept", "WebSocket accept", Text)
	httpWSExtensions       = loose("http.sec_websocket_extensions", "WebSocket extensions", Text)
	httpWSKey              = loose("http.sec_websocket_key", "WebSocket key", Text)
	httpWSProtocol         = loose("http.sec_websocket_protocol", "WebSocket protocol", Text)
	httpWSVersion          = loose("http.sec_websocket_version", "WebSocket version", Text)
	httpHTTP2Settings      = loose("http.http2_settings", "HTTP/2 settings", Text)
	httpChunk              = loose("http.chunk", "Chunk", Group)
	httpChunkSize          = loose("http.chunk_size", "Chunk size", wire.FieldDec)
	httpChunkData          = loose("http.chunk_data", "Chunk data", Bytes)
	httpTrailer            = loose("http.chunked_trailer_part", "Trailer", Text)
	httpFileData           = loose("http.file_data", "Content", Bytes)
)
