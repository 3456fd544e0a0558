package dissect

// The fields of SSH: RFC 4253.

import "github.com/netkit-go/netkit/pkg/wire"

var ssh = Proto{Name: "ssh", Title: "Secure Shell", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&sshBanner, &sshLen, &sshPadLen, &sshCode, &sshCookie, &sshKexLen, &sshKex, &sshHostKeyLen, &sshHostKey, &sshEncCSLen,
		&sshEncCS, &sshEncSCLen, &sshEncSC, &sshMACCSLen, &sshMACCS, &sshMACSCLen, &sshMACSC, &sshCompCSLen, &sshCompCS, &sshCompSCLen,
		&sshCompSC, &sshLangCSLen, &sshLangCS, &sshLangSCLen, &sshLangSC, &sshFirst, &sshReserved, &sshPayload, &sshPadding,
		&sshEncrypted,
	}}

var (
	sshBanner     = loose("ssh.protocol", "Protocol", Text)
	sshLen        = loose("ssh.packet_length", "Packet length", wire.FieldDec)
	sshPadLen     = loose("ssh.padding_length", "Padding length", wire.FieldDec)
	sshCode       = looseCode("ssh.message_code", "Message", sshMessageName)
	sshCookie     = loose("ssh.cookie", "Cookie", Bytes)
	sshKexLen     = loose("ssh.kex_algorithms_length", "Length", wire.FieldDec)
	sshKex        = loose("ssh.kex_algorithms", "Key exchange algorithms", Text)
	sshHostKeyLen = loose("ssh.server_host_key_algorithms_length", "Length", wire.FieldDec)
	sshHostKey    = loose("ssh.server_host_key_algorithms", "Server host key algorithms", Text)
	sshEncCSLen   = loose("ssh.encryption_algorithms_client_to_server_length", "Length", wire.FieldDec)
	sshEncCS      = loose("ssh.encryption_algorithms_client_to_server", "Encryption, client to server", Text)
	sshEncSCLen   = loose("ssh.encryption_algorithms_server_to_client_length", "Length", wire.FieldDec)
	sshEncSC      = loose("ssh.encryption_algorithms_server_to_client", "Encryption, server to client", Text)
	sshMACCSLen   = loose("ssh.mac_algorithms_client_to_server_length", "Length", wire.FieldDec)
	sshMACCS      = loose("ssh.mac_algorithms_client_to_server", "MAC, client to server", Text)
	sshMACSCLen   = loose("ssh.mac_algorithms_server_to_client_length", "Length", wire.FieldDec)
	sshMACSC      = loose("ssh.mac_algorithms_server_to_client", "MAC, server to client", Text)
	sshCompCSLen  = loose("ssh.compression_algorithms_client_to_server_length", "Length", wire.FieldDec)
	sshCompCS     = loose("ssh.compression_algorithms_client_to_server", "Compression, client to server", Text)
	sshCompSCLen  = loose("ssh.compression_algorithms_server_to_client_length", "Length", wire.FieldDec)
	sshCompSC     = loose("ssh.compression_algorithms_server_to_client", "Compression, server to client", Text)
	sshLangCSLen  = loose("ssh.languages_client_to_server_length", "Length", wire.FieldDec)
	sshLangCS     = loose("ssh.languages_client_to_server", "Languages, client to server", Text)
	sshLangSCLen  = loose("ssh.languages_server_to_client_length", "Length", wire.FieldDec)
	sshLangSC     = loose("ssh.languages_server_to_client", "Languages, server to client", Text)
	sshFirst      = loose("ssh.first_kex_packet_follows", "First packet follows", wire.FieldDec)
	sshReserved   = loose("ssh.kex.reserved", "Reserved", wire.FieldHex)
	sshPayload    = loose("ssh.payload", "Payload", Bytes)
	sshPadding    = loose("ssh.padding_string", "Padding", Bytes)
	sshEncrypted  = loose("ssh.encrypted_packet", "Encrypted", Bytes)
)
