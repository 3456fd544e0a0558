package layers

// dissectedPort says whether tcpdump has words of its own for what goes over a
// port, so that a line needs the application's dissector.
func dissectedPort(udp bool, port uint16) bool {
	if udp {
		switch port {
		case 53, 67, 68, 69, 111, 123, 137, 138, 161, 162, 319, 320, 434, 496, 500, 512, 514, 520, 521, 546, 547, 623, 639, 646,
			1645, 1646, 1701, 1812, 1813, 1985, 2029, 2055, 3503, 3544, 3784, 3785, 3799, 4500, 4567, 4569, 4739, 4784, 4789, 4790,
			5060, 5246, 5247, 5353, 5355, 6081, 6343, 6784, 8472, 49149, 49152:
			return true
		}
		return false
	}
	switch port {
	case 21, 23, 25, 43, 53, 80, 139, 179, 323, 554, 587, 639, 646, 1723, 2049, 3128, 5060, 5353, 5559, 6379, 6633, 6653, 8080, 8554, 10288:
		return true
	}
	return false
}
