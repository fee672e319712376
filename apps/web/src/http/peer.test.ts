import { expect, test } from "bun:test";
import { addressOf } from "./peer.ts";

const via = (forwarded?: string) =>
  new Request(
    "http://localhost/",
    forwarded === undefined ? {} : { headers: { "x-forwarded-for": forwarded } },
  );

test("a neighbour is believed about where a request comes from, a stranger is not", () => {
  expect(addressOf(via("203.0.113.7"), "127.0.0.1")).toBe("203.0.113.7");
  expect(addressOf(via("203.0.113.7"), "::ffff:10.1.2.3")).toBe("203.0.113.7");
  expect(addressOf(via("2001:db8::1"), "fd00::1")).toBe("2001:db8::1");
  expect(addressOf(via("203.0.113.7"), "198.51.100.1")).toBe("198.51.100.1");
});

test("of a list only the entry counts that the neighbour wrote", () => {
  expect(addressOf(via("1.1.1.1, 203.0.113.7"), "127.0.0.1")).toBe("203.0.113.7");
});

test("what is no address is passed over", () => {
  expect(addressOf(via("unknown"), "127.0.0.1")).toBe("127.0.0.1");
  expect(addressOf(via(), "::1")).toBe("::1");
  expect(addressOf(via("203.0.113.7"), undefined)).toBeUndefined();
});
