import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { campaignHeaders } from "./campaign-headers.ts";

const sender = { organisation: "Harbour Books", from_name: "Anna", from_email: "anna@example.com" };

test("every email of a campaign says whose it is and that no machine is to answer", () => {
  const id = newId();
  expect(campaignHeaders(id, sender)).toEqual({
    "List-Id": '"Harbour Books" <campaigns.example.com>',
    "Feedback-ID": expect.stringMatching(new RegExp(`^${id}:campaigns:mailwright:mw[0-9a-f]{10}$`)),
    "Auto-Submitted": "auto-generated",
    Precedence: "bulk",
  });
});

function part(from_email: string): string {
  const { "Feedback-ID": id = "" } = campaignHeaders(newId(), { ...sender, from_email });
  return id.split(":").at(-1) ?? "";
}

test("the sender's part of Feedback-ID is the same for every campaign of a domain, and of no other", () => {
  expect(part("b@example.com")).toBe(part("a@example.com"));
  expect(part("a@example.org")).not.toBe(part("a@example.com"));
});

describe("a name becomes a phrase, or is left out", () => {
  test.each([
    ["", "Anna", '"Anna" '],
    ['Say "Hi" \\ Co', "", '"Say Hi  Co" '],
    ["Müller", "", ""],
    ["a\r\nBcc: b@example.com", "", ""],
    ["", "", ""],
    ["x".repeat(101), "", ""],
  ])("%j or else %j", (organisation, from_name, phrase) => {
    const headers = campaignHeaders(newId(), { ...sender, organisation, from_name });
    expect(headers["List-Id"]).toBe(`${phrase}<campaigns.example.com>`);
  });
});

test("a domain in another script stands in its ASCII form", () => {
  const headers = campaignHeaders(newId(), { ...sender, from_email: "a@bücher.example" });
  expect(headers["List-Id"]).toContain("<campaigns.xn--bcher-kva.example>");
});
