import fc from "fast-check";

const NASTY = [
  "",
  " ",
  "'",
  '"',
  "`",
  "\\",
  "'; drop table contact; --",
  "${7*7}",
  "{{ 7 | times: 7 }}",
  "{% render './package.json' %}",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "</textarea></title></style>",
  "&lt;b&gt; &amp;amp;",
  "]]>",
  "javascript:alert(1)",
  '=HYPERLINK("http://example.com")',
  "@SUM(1+1)",
  "+1",
  "-1",
  "%",
  "_",
  "%00",
  "..%2f../../etc/passwd",
  "\0",
  "a\0b",
  "\u001B[31mred\u001B[0m",
  "\u0007\u0008\u007F\u009F",
  "\r\nBcc: victim@example.com",
  "line\nline",
  "line\rline",
  "\u2028\u2029",
  "\uFEFF",
  "\u200B\u200D\u00AD",
  "\u202Egnp.exe\u202C",
  "مرحبا بالعالم",
  "שלום",
  "你好，世界",
  "İıſß",
  "e\u0301",
  "👩‍👩‍👧‍👦",
  "\uD800",
  "\uDFFF",
  "null",
  "undefined",
  "NaN",
  "true",
  "__proto__",
  "constructor",
  "1e309",
  "9007199254740993",
  "0x7f",
  "a,b;c\td",
  '"unclosed',
];

/** Text as somebody might type it who wants to break something, or who is called that. Up to a few thousand characters. */
export function hostileText(): fc.Arbitrary<string> {
  const nasty = fc.constantFrom(...NASTY);
  const piece = fc.oneof(
    { weight: 4, arbitrary: nasty },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  );
  return fc.oneof(
    { weight: 4, arbitrary: nasty },
    { weight: 4, arbitrary: fc.array(piece, { maxLength: 6 }).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: longText() },
  );
}

/** Some thousand characters, of one kind or mixed, without a place to break a line at. */
export function longText(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom("x", "<", "'", "\n", "é", "👩‍👩‍👧‍👦", "{{", "a@"),
      fc.integer({ min: 500, max: 5_000 }),
    )
    .map(([piece, times]) => piece.repeat(times));
}

/** Hostile text that a Postgres text column can hold: well-formed, and without the null character. */
export function storableText(): fc.Arbitrary<string> {
  return hostileText().map((text) => text.replaceAll("\0", "").toWellFormed());
}

/** An address that can be mailed, at a domain that nobody has (RFC 2606). */
export function emailAddress(): fc.Arbitrary<string> {
  const word = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}$/);
  const local = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join("."));
  const label = fc.stringMatching(/^[a-zA-Z0-9]([a-z0-9]{0,10}[a-zA-Z0-9])?$/);
  const domain = fc
    .tuple(
      fc.array(label, { maxLength: 2 }),
      fc.constantFrom("example.com", "Example.NET", "example.org"),
    )
    .map(([labels, last]) => [...labels, last].join("."));
  return fc.tuple(local, domain).map(([name, host]) => `${name}@${host}`);
}

/** Text that is no address, from plainly so to nearly one. */
export function badEmailAddress(): fc.Arbitrary<string> {
  const broken = emailAddress().chain((address) =>
    fc.constantFrom(
      address.replace("@", ""),
      address.replace("@", "@@"),
      address.replace("@", " @"),
      address.replace("@", ".@"),
      address.replace("@", "@."),
      address.replace("@", "@-"),
      address.slice(address.indexOf("@")),
      address.slice(0, address.indexOf("@") + 1),
      `.${address}`,
      `${address}.`,
      `${address}, ${address}`,
      `${address}\r\nBcc: ${address}`,
      `Anna <${address}>`,
      `<${address}>`,
      `mailto:${address}, b`,
      address.replace(/@.*/, "@localhost"),
      address.replace(/@.*/, "@127.0.0.1"),
      address.replace(/@.*/, `@${"a".repeat(64)}.example.com`),
      `${"a".repeat(65)}${address.slice(address.indexOf("@"))}`,
      `a@${"a.".repeat(130)}example.com`,
    ),
  );
  const noAddress = hostileText().filter((text) => !text.includes("@"));
  return fc.oneof({ weight: 3, arbitrary: broken }, { weight: 1, arbitrary: noAddress });
}
