import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** All that the IANA has given out for the public so far (RFC 4291 section 2.4). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");
/** How a machine with IPv6 alone reaches IPv4: the address stands in the last four bytes (RFC 6052 section 2.1). */
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/**
 * Whether an IP address is one of the public internet. Everything with a purpose of its own (RFC 6890) is not: loopback,
 * private, link-local, shared, mapped, reserved, multicast; nor is a text that is no address.
 */
export function isPublicAddress(address: string): boolean {
  // The library takes 127.1 and 0x7f000001 for addresses too.
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === "unicast";
  if (parsed.match(NAT64)) return isPublicIPv4(parsed.toByteArray().slice(-4));
  return parsed.range() === "unicast" && parsed.match(GLOBAL_UNICAST);
}

function isPublicIPv4(bytes: number[]): boolean {
  return new ipaddr.IPv4(bytes).range() === "unicast";
}
