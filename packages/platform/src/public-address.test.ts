import { expect, test } from "bun:test";
import fc from "fast-check";
import { isPublicAddress } from "./public-address.ts";

test.each([
  // Of those that are public, two at the edges of ranges that are not.
  "8.8.8.8",
  "9.255.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "169.253.255.255",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001:81b::200e",
  // By way of NAT64: the address behind it is public.
  "64:ff9b::8.8.8.8",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ["loopback", "127.0.0.1"],
  ["loopback", "127.255.255.254"],
  ["loopback", "::1"],
  ["unspecified", "0.0.0.0"],
  ["this network, which Linux takes for this machine", "0.1.2.3"],
  ["unspecified", "::"],
  ["private", "10.0.0.0"],
  ["private", "10.255.255.255"],
  ["private", "172.16.0.1"],
  ["private", "172.31.255.255"],
  ["private", "192.168.1.1"],
  ["link-local", "169.254.0.1"],
  ["the metadata of clouds", "169.254.169.254"],
  ["the metadata of a cloud over IPv6", "fd00:ec2::254"],
  ["link-local", "fe80::1"],
  ["link-local with a zone", "fe80::1%eth0"],
  ["shared by carriers", "100.64.0.1"],
  ["shared by carriers, and the metadata of a cloud", "100.100.100.200"],
  ["unique local", "fc00::1"],
  ["unique local", "fdff::1"],
  ["site-local, as it was once", "fec0::1"],
  ["IPv4-mapped", "::ffff:127.0.0.1"],
  ["IPv4-mapped", "::ffff:a00:1"],
  ["IPv4-mapped, although what is mapped is public", "::ffff:8.8.8.8"],
  ["IPv4-compatible", "::127.0.0.1"],
  ["IPv4-translated", "::ffff:0:127.0.0.1"],
  ["private by way of NAT64", "64:ff9b::10.0.0.1"],
  ["loopback by way of NAT64", "64:ff9b::7f00:1"],
  ["of a NAT64 of one's own", "64:ff9b:1::8.8.8.8"],
  ["6to4", "2002:7f00:1::"],
  ["Teredo", "2001::1"],
  ["multicast", "224.0.0.1"],
  ["multicast", "239.255.255.255"],
  ["multicast", "ff02::1"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["for protocols", "192.0.0.8"],
  ["for documents", "192.0.2.1"],
  ["for documents", "198.51.100.1"],
  ["for documents", "203.0.113.1"],
  ["for documents", "2001:db8::1"],
  ["for measurements", "198.18.0.1"],
  ["to be discarded", "100::1"],
  ["not given out", "4000::1"],
  ["a short form, which is no address of a resolver's", "127.1"],
  ["a number", "2130706433"],
  ["in hexadecimal", "0x7f000001"],
  ["in octal", "0177.0.0.1"],
  ["in brackets", "[2606:4700:4700::1111]"],
  ["a name", "example.com"],
  ["nothing", ""],
])("%s: %s is not public", (_why, address) => {
  expect(isPublicAddress(address)).toBe(false);
});

const byte = fc.nat(255);
/** An IPv4 address of the form that is given, with any bytes where there are none. */
const within = (...fixed: (number | fc.Arbitrary<number>)[]) =>
  fc
    .tuple(
      ...[...fixed, byte, byte, byte]
        .slice(0, 4)
        .map((one) => (typeof one === "number" ? fc.constant(one) : one)),
    )
    .map((bytes) => bytes.join("."));

const PRIVATE = fc.oneof(
  within(0),
  within(10),
  within(100, fc.integer({ min: 64, max: 127 })),
  within(127),
  within(169, 254),
  within(172, fc.integer({ min: 16, max: 31 })),
  within(192, 168),
  within(fc.integer({ min: 224, max: 255 })),
);

test("no address of a range that is not public is, nor is it by any way through IPv6", () => {
  fc.assert(
    fc.property(PRIVATE, (address) => {
      for (const written of [address, `::ffff:${address}`, `::${address}`, `64:ff9b::${address}`])
        expect([written, isPublicAddress(written)]).toEqual([written, false]);
    }),
  );
});

test("whether an IPv4 address is public does not depend on being reached by NAT64", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(isPublicAddress(address));
    }),
  );
});

test("outside of 2000::/3 and NAT64 nothing of IPv6 is public", () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      fc.pre(!/^(?:[23][\da-f]{3}|0*64:0*ff9b):/i.test(address));
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
    }),
  );
});

test("a text that is no address is not public, and throws nothing", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^[\d.]+$|:/.test(text));
      expect(isPublicAddress(text)).toBe(false);
    }),
  );
});
