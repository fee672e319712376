import { expect, test } from "bun:test";
import { isLocal } from "./public-address.ts";

test("an address that nobody outside reaches is told from one that anybody may", () => {
  const local = [
    "http://localhost:5050",
    "https://LOCALHOST.",
    "https://web.localhost",
    "http://127.1:5050",
    "http://0.0.0.0",
    "http://10.1.2.3",
    "http://172.31.255.255",
    "http://192.168.0.1",
    "http://169.254.0.1",
    "http://100.64.0.1",
    "http://[::1]:5050",
    "http://[::]",
    "http://[::ffff:127.0.0.1]",
    "http://[fd12::1]",
    "http://[fe80::1]",
    // For documents, so nobody has them.
    "http://203.0.113.1",
    "http://[2001:db8::1]",
    "http://mail.local",
    "https://mail.corp.internal",
    "http://nas.home.arpa",
    "http://web:5050",
  ];
  const open = [
    "https://mail.example.com",
    "http://8.8.8.8",
    "http://172.32.0.1",
    "http://[2606:4700:4700::1111]",
    "https://local.example.com",
    "https://mylocalhost.example",
    "https://internal.example",
    "nonsense",
    "",
  ];
  expect(local.filter((url) => !isLocal(url))).toEqual([]);
  expect(open.filter((url) => isLocal(url))).toEqual([]);
});
