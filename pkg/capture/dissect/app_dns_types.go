package dissect

// The data of resource records, one table a type. Sections of RFC 1035: 3.3
// (types), 3.4 (A, WKS); the RFC of every other type stands beside it.

const dnsTypeOPT = 41

// dnsPart is one field of a record's data.
type dnsPart struct {
	def  *Def
	form dnsForm
}

type dnsForm uint8

const (
	dnsNumber1 dnsForm = iota // a number of so many octets
	dnsNumber2
	dnsNumber4
	dnsSeconds  // 4 octets since 1970
	dnsDomain   // a name
	dnsLength1  // 1 octet: the next part's length
	dnsLength2  // 2 octets
	dnsCounted  // as many octets as the last length says
	dnsIPv4     //
	dnsIPv6     //
	dnsOctets6  //
	dnsOctets8  //
	dnsRest     // all octets that are left
	dnsTypes    // a type bit map, to the end (RFC 4034 section 4.1.2)
	dnsDNSFlags // DNSKEY's flags, with their bits below them
	dnsBase32   // as dnsCounted, shown in base32hex without padding
	dnsKeyTag   // made of all that came before (RFC 4034 appendix B)
)

var (
	dnsPartsA     = []dnsPart{{&dnsA, dnsIPv4}}
	dnsPartsNS    = []dnsPart{{&dnsNS, dnsDomain}}
	dnsPartsMD    = []dnsPart{{&dnsMD, dnsDomain}}
	dnsPartsMF    = []dnsPart{{&dnsMF, dnsDomain}}
	dnsPartsCNAME = []dnsPart{{&dnsCNAME, dnsDomain}}
	dnsPartsSOA   = []dnsPart{
		{&dnsSOAMName, dnsDomain}, {&dnsSOARName, dnsDomain}, {&dnsSOASerial, dnsNumber4},
		{&dnsSOARefresh, dnsNumber4}, {&dnsSOARetry, dnsNumber4}, {&dnsSOAExpire, dnsNumber4},
		{&dnsSOAMinimum, dnsNumber4},
	}
	dnsPartsMB    = []dnsPart{{&dnsMB, dnsDomain}}
	dnsPartsMG    = []dnsPart{{&dnsMG, dnsDomain}}
	dnsPartsMR    = []dnsPart{{&dnsMR, dnsDomain}}
	dnsPartsNULL  = []dnsPart{{&dnsNull, dnsRest}}
	dnsPartsWKS   = []dnsPart{{&dnsWKSAddr, dnsIPv4}, {&dnsWKSProto, dnsNumber1}}
	dnsPartsPTR   = []dnsPart{{&dnsPTR, dnsDomain}}
	dnsPartsHINFO = []dnsPart{
		{&dnsHInfoCPULen, dnsLength1}, {&dnsHInfoCPU, dnsCounted}, {&dnsHInfoOSLen, dnsLength1},
		{&dnsHInfoOS, dnsCounted},
	}
	dnsPartsMINFO = []dnsPart{{&dnsMInfoR, dnsDomain}, {&dnsMInfoE, dnsDomain}}
	dnsPartsMX    = []dnsPart{{&dnsMXPref, dnsNumber2}, {&dnsMXHost, dnsDomain}}
	dnsPartsRP    = []dnsPart{{&dnsRPMailbox, dnsDomain}, {&dnsRPText, dnsDomain}}    // RFC 1183
	dnsPartsAFSDB = []dnsPart{{&dnsAFSDBSub, dnsNumber2}, {&dnsAFSDBHost, dnsDomain}} // RFC 1183
	dnsPartsX25   = []dnsPart{{&dnsX25Len, dnsLength1}, {&dnsX25, dnsCounted}}        // RFC 1183
	dnsPartsISDN  = []dnsPart{                                                        // RFC 1183
		{&dnsISDNLen, dnsLength1}, {&dnsISDN, dnsCounted}, {&dnsISDNSubLen, dnsLength1}, {&dnsISDNSub, dnsCounted},
	}
	dnsPartsRT      = []dnsPart{{&dnsRTPref, dnsNumber2}, {&dnsRTHost, dnsDomain}} // RFC 1183
	dnsPartsNSAP    = []dnsPart{{&dnsNSAP, dnsRest}}                               // RFC 1706
	dnsPartsNSAPPTR = []dnsPart{{&dnsNSAPPTR, dnsDomain}}                          // RFC 1348
	dnsPartsKEY     = []dnsPart{                                                   // RFC 2535
		{&dnsKeyFlags, dnsNumber2}, {&dnsKeyProto, dnsNumber1}, {&dnsKeyAlg, dnsNumber1}, {&dnsKeyID, dnsKeyTag},
		{&dnsKeyData, dnsRest},
	}
	dnsPartsPX   = []dnsPart{{&dnsPXPref, dnsNumber2}, {&dnsPX822, dnsDomain}, {&dnsPX400, dnsDomain}} // RFC 2163
	dnsPartsGPOS = []dnsPart{                                                                          // RFC 1712
		{&dnsGPOSLonLen, dnsLength1}, {&dnsGPOSLon, dnsCounted}, {&dnsGPOSLatLen, dnsLength1},
		{&dnsGPOSLat, dnsCounted}, {&dnsGPOSAltLen, dnsLength1}, {&dnsGPOSAlt, dnsCounted},
	}
	dnsPartsAAAA = []dnsPart{{&dnsAAAA, dnsIPv6}} // RFC 3596
	dnsPartsLOC  = []dnsPart{                     // RFC 1876
		{&dnsLOCVersion, dnsNumber1}, {&dnsLOCSize, dnsNumber1}, {&dnsLOCH, dnsNumber1}, {&dnsLOCV, dnsNumber1},
		{&dnsLOCLat, dnsNumber4}, {&dnsLOCLon, dnsNumber4}, {&dnsLOCAlt, dnsNumber4},
	}
	dnsPartsNXT = []dnsPart{{&dnsNXTNext, dnsDomain}, {&dnsData, dnsRest}} // RFC 2535
	dnsPartsSRV = []dnsPart{                                               // RFC 2782
		{&dnsSRVPriority, dnsNumber2}, {&dnsSRVWeight, dnsNumber2}, {&dnsSRVPort, dnsNumber2},
		{&dnsSRVTarget, dnsDomain},
	}
	dnsPartsKX   = []dnsPart{{&dnsKXPref, dnsNumber2}, {&dnsKX, dnsDomain}} // RFC 2230
	dnsPartsCERT = []dnsPart{                                               // RFC 4398
		{&dnsCertType, dnsNumber2}, {&dnsCertTag, dnsNumber2}, {&dnsCertAlg, dnsNumber1}, {&dnsCertData, dnsRest},
	}
	dnsPartsDNAME = []dnsPart{{&dnsDNAME, dnsDomain}} // RFC 6672
	dnsPartsDS    = []dnsPart{                        // RFC 4034
		{&dnsDSTag, dnsNumber2}, {&dnsDSAlg, dnsNumber1}, {&dnsDSType, dnsNumber1}, {&dnsDSDigest, dnsRest},
	}
	dnsPartsSSHFP = []dnsPart{{&dnsSSHFPAlg, dnsNumber1}, {&dnsSSHFPType, dnsNumber1}, {&dnsSSHFP, dnsRest}} // RFC 4255
	dnsPartsRRSIG = []dnsPart{                                                                               // RFC 4034
		{&dnsSigCovered, dnsNumber2}, {&dnsSigAlg, dnsNumber1}, {&dnsSigLabels, dnsNumber1},
		{&dnsSigTTL, dnsNumber4}, {&dnsSigExpire, dnsSeconds}, {&dnsSigIncept, dnsSeconds}, {&dnsSigTag, dnsNumber2},
		{&dnsSigner, dnsDomain}, {&dnsSig, dnsRest},
	}
	dnsPartsNSEC   = []dnsPart{{&dnsNSECNext, dnsDomain}, {&dnsBitmapType, dnsTypes}} // RFC 4034
	dnsPartsDNSKEY = []dnsPart{                                                       // RFC 4034
		{&dnsDNSKEYFlags, dnsDNSFlags}, {&dnsDNSKEYProto, dnsNumber1}, {&dnsDNSKEYAlg, dnsNumber1},
		{&dnsDNSKEYTag, dnsKeyTag}, {&dnsDNSKEYData, dnsRest},
	}
	dnsPartsDHCID = []dnsPart{{&dnsDHCID, dnsRest}} // RFC 4701
	dnsPartsTLSA  = []dnsPart{                      // RFC 6698
		{&dnsTLSAUsage, dnsNumber1}, {&dnsTLSASelector, dnsNumber1}, {&dnsTLSAMatch, dnsNumber1},
		{&dnsTLSAData, dnsRest},
	}
	dnsPartsOPENPGPKEY = []dnsPart{{&dnsOpenPGP, dnsRest}} // RFC 7929
	dnsPartsZONEMD     = []dnsPart{                        // RFC 8976
		{&dnsZONEMDSerial, dnsNumber4}, {&dnsZONEMDScheme, dnsNumber1}, {&dnsZONEMDHash, dnsNumber1},
		{&dnsZONEMDDigest, dnsRest},
	}
	dnsPartsNAPTR = []dnsPart{ // RFC 3403
		{&dnsNAPTROrder, dnsNumber2}, {&dnsNAPTRPref, dnsNumber2}, {&dnsNAPTRFlagsLen, dnsLength1},
		{&dnsNAPTRFlags, dnsCounted}, {&dnsNAPTRServiceLen, dnsLength1}, {&dnsNAPTRService, dnsCounted},
		{&dnsNAPTRRegexLen, dnsLength1}, {&dnsNAPTRRegex, dnsCounted}, {&dnsNAPTRRepl, dnsDomain},
	}
	dnsPartsNSEC3 = []dnsPart{ // RFC 5155
		{&dnsNSEC3Algo, dnsNumber1}, {&dnsNSEC3Flags, dnsDNSFlags}, {&dnsNSEC3Iter, dnsNumber2},
		{&dnsNSEC3SaltLen, dnsLength1}, {&dnsNSEC3Salt, dnsCounted}, {&dnsNSEC3HashLen, dnsLength1},
		{&dnsNSEC3Next, dnsBase32}, {&dnsBitmapType, dnsTypes},
	}
	dnsPartsNSEC3PARAM = []dnsPart{ // RFC 5155
		{&dnsNSEC3Algo, dnsNumber1}, {&dnsNSEC3Flags, dnsNumber1}, {&dnsNSEC3Iter, dnsNumber2},
		{&dnsNSEC3SaltLen, dnsLength1}, {&dnsNSEC3Salt, dnsCounted},
	}
	dnsPartsNID   = []dnsPart{{&dnsNIDPref, dnsNumber2}, {&dnsNID, dnsOctets8}} // RFC 6742
	dnsPartsL32   = []dnsPart{{&dnsL32Pref, dnsNumber2}, {&dnsL32, dnsIPv4}}    // RFC 6742
	dnsPartsL64   = []dnsPart{{&dnsL64Pref, dnsNumber2}, {&dnsL64, dnsOctets8}} // RFC 6742
	dnsPartsLP    = []dnsPart{{&dnsLPPref, dnsNumber2}, {&dnsLP, dnsDomain}}    // RFC 6742
	dnsPartsEUI48 = []dnsPart{{&dnsEUI48, dnsOctets6}}                          // RFC 7043
	dnsPartsEUI64 = []dnsPart{{&dnsEUI64, dnsOctets8}}                          // RFC 7043
	dnsPartsTKEY  = []dnsPart{                                                  // RFC 2930
		{&dnsTKEYAlg, dnsDomain}, {&dnsTKEYIncept, dnsSeconds}, {&dnsTKEYExpire, dnsSeconds},
		{&dnsTKEYMode, dnsNumber2}, {&dnsTKEYError, dnsNumber2}, {&dnsTKEYKeyLen, dnsLength2},
		{&dnsTKEYKey, dnsCounted}, {&dnsTKEYOtherLen, dnsLength2}, {&dnsTKEYOther, dnsCounted},
	}
)

func dnsPartsOf(typ uint64) []dnsPart {
	switch typ {
	case 1:
		return dnsPartsA
	case 2:
		return dnsPartsNS
	case 3:
		return dnsPartsMD
	case 4:
		return dnsPartsMF
	case 5:
		return dnsPartsCNAME
	case 6:
		return dnsPartsSOA
	case 7:
		return dnsPartsMB
	case 8:
		return dnsPartsMG
	case 9:
		return dnsPartsMR
	case 10:
		return dnsPartsNULL
	case 12:
		return dnsPartsPTR
	case 13:
		return dnsPartsHINFO
	case 14:
		return dnsPartsMINFO
	case 15:
		return dnsPartsMX
	case 17:
		return dnsPartsRP
	case 18:
		return dnsPartsAFSDB
	case 19:
		return dnsPartsX25
	case 20:
		return dnsPartsISDN
	case 21:
		return dnsPartsRT
	case 22:
		return dnsPartsNSAP
	case 23:
		return dnsPartsNSAPPTR
	case 24, 46:
		return dnsPartsRRSIG
	case 25:
		return dnsPartsKEY
	case 26:
		return dnsPartsPX
	case 27:
		return dnsPartsGPOS
	case 28:
		return dnsPartsAAAA
	case 29:
		return dnsPartsLOC
	case 30:
		return dnsPartsNXT
	case 33:
		return dnsPartsSRV
	case 35:
		return dnsPartsNAPTR
	case 36:
		return dnsPartsKX
	case 37:
		return dnsPartsCERT
	case 39:
		return dnsPartsDNAME
	case 43, 59, 32768, 32769:
		return dnsPartsDS
	case 44:
		return dnsPartsSSHFP
	case 47:
		return dnsPartsNSEC
	case 48, 60:
		return dnsPartsDNSKEY
	case 49:
		return dnsPartsDHCID
	case 50:
		return dnsPartsNSEC3
	case 51:
		return dnsPartsNSEC3PARAM
	case 52, 53:
		return dnsPartsTLSA
	case 61:
		return dnsPartsOPENPGPKEY
	case 63:
		return dnsPartsZONEMD
	case 104:
		return dnsPartsNID
	case 105:
		return dnsPartsL32
	case 106:
		return dnsPartsL64
	case 107:
		return dnsPartsLP
	case 108:
		return dnsPartsEUI48
	case 109:
		return dnsPartsEUI64
	case 249:
		return dnsPartsTKEY
	}
	return nil
}
