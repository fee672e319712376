import { BlockList, isIP, isIPv6 } from "node:net";

/** Loopback, private and link-local addresses: where a reverse proxy of ours calls from. */
const NEARBY = new BlockList();
for (const [network, prefix] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const)
  NEARBY.addSubnet(network, prefix, "ipv4");
NEARBY.addAddress("::1", "ipv6");
NEARBY.addSubnet("fc00::", 7, "ipv6");
NEARBY.addSubnet("fe80::", 10, "ipv6");

/**
 * The address a request comes from. What X-Forwarded-For says is believed only of a neighbour, and of its list only the
 * last entry, which the neighbour itself wrote: anybody can send the header, with anything in front.
 */
export function addressOf(request: Request, peer: string | undefined): string | undefined {
  const from = peer === undefined ? undefined : plain(peer);
  if (from === undefined || !NEARBY.check(from, isIPv6(from) ? "ipv6" : "ipv4")) return from;
  const last = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  return isIP(last) === 0 ? from : plain(last);
}

/** An IPv4 address that came over an IPv6 socket, as what it is. */
function plain(address: string): string {
  const [, mapped = address] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return mapped;
}
