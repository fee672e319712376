import { afterAll, beforeEach, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { signedInClient, type TestClient } from "../../testing/client.ts";
import {
  GATEWAY,
  type GatewaysFixture,
  gatewaysFixture,
  KIND,
  SPARE,
} from "./fixtures/gateways.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

let fixture: GatewaysFixture;
let admin: TestClient;

beforeEach(async () => {
  fixture = stack.use(await gatewaysFixture());
  admin = await signedInClient(fixture.context, "admin");
}, 30_000);

/** Saves a gateway, and has the email client find fault with a field of it. */
function saveRefused(field: string) {
  const body = { title: "Not changed", detail: "That will not do.", field };
  fixture.client.answerNext("PATCH /v1/settings", { status: 422, body });
  const fields = { name: "Mail", url: "https://mail.example.com", password: "s3cret" };
  return admin.post(`/settings/gateways/${GATEWAY.id}`, fields);
}

test("the list says of each gateway whether it is ready, and what is missing", async () => {
  fixture.offer([
    GATEWAY,
    { ...SPARE, breaker: "open" },
    { ...GATEWAY, id: newId(), breaker: "open" },
  ]);
  const page = await admin.get("/settings/gateways");
  expect(page.status).toBe(200);
  const cells = (label: string) => page.find(`td[data-label="${label}"]`).map(({ text }) => text);
  expect([cells("Name"), cells("Default"), cells("State"), cells("Rate")]).toEqual([
    ["Example Mail", "Spare", "Example Mail"],
    ["Default", "", "Default"],
    ["Ready", "Not set upMissing: Endpoint, Password", "Left alone for now"],
    ["50 a second", "No limit", "50 a second"],
  ]);
});

test("somebody who may change nothing sees how it stands, and no form", async () => {
  const viewer = await signedInClient(fixture.context, "viewer");
  const page = await viewer.get(`/settings/gateways/${GATEWAY.id}`);
  expect(page.find("main form")).toEqual([]);
  expect(page.find(".definitions dd").map(({ text }) => text)).toEqual([
    "https://mail.example.com/email",
    "443",
    "Set",
    "Ready",
    "50 a second",
  ]);
});

test("with one kind the form comes at once, with several the kind is chosen first", async () => {
  const one = await admin.get("/settings/gateways/new");
  expect(one.find("main input").map(({ attributes }) => attributes["name"])).toEqual([
    "_csrf",
    "_form",
    "kind",
    "name",
    "url",
    "port",
    "_secret",
    "password",
    "rate_per_second",
    "domain_rate_per_second",
    "default",
  ]);
  fixture.offer([], [KIND, { ...KIND, kind: "smtp", title: "SMTP server" }]);
  const several = await admin.get("/settings/gateways/new");
  expect(several.find("a.link-list-item").map(({ attributes }) => attributes["href"])).toEqual([
    "/settings/gateways/new?kind=http",
    "/settings/gateways/new?kind=smtp",
  ]);
});

test("a new gateway is made of what was typed, and an empty rate is none", async () => {
  const answer = await admin.post("/settings/gateways", {
    kind: "http",
    name: " Mail ",
    url: "https://mail.example.com",
    port: "8443",
    password: "  s3cret with spaces ",
    rate_per_second: "",
    default: "on",
  });
  // The stand-in does not have it afterwards; what counts here is what it was told.
  expect(answer.status).toBe(422);
  expect(fixture.patches()).toEqual([
    {
      id: expect.any(String),
      kind: "http",
      name: "Mail",
      rate_per_second: null,
      domain_rate_per_second: null,
      domain_rates: {},
      default: true,
      settings: { url: "https://mail.example.com", port: "8443" },
      secrets: { password: "  s3cret with spaces " },
    },
  ]);
});

test("what is needed and missing is said at its field, and what was typed stays but for secrets", async () => {
  const answer = await admin.post("/settings/gateways", {
    kind: "http",
    name: "",
    url: "https://mail.example.com",
    port: "many",
    password: "s3cret",
    rate_per_second: "0",
  });
  expect(answer.status).toBe(422);
  expect(answer.find(".field-error").map(({ text }) => text)).toEqual([
    "Fill in the name.",
    "Use a number.",
    "Type “Password” again: what is secret is not sent back.",
    "Use a number above 0.",
  ]);
  expect(answer.find("#field-url")[0]?.attributes["value"]).toBe("https://mail.example.com");
  expect(answer.text).not.toContain("s3cret");
  expect(fixture.patches()).toEqual([]);
});

test("weakness 17: saving the form as it came keeps the stored secrets", async () => {
  const page = await admin.get(`/settings/gateways/${GATEWAY.id}`);
  const fields = Object.fromEntries(
    page
      .find("main input")
      .filter(({ attributes }) => attributes["type"] !== "checkbox")
      .map(({ attributes }) => [attributes["name"] ?? "", attributes["value"] ?? ""]),
  );
  expect(fields["password"]).toBe("");
  // Nor may a browser fill in what it knows of this site.
  expect(page.find("#field-password")[0]?.attributes["autocomplete"]).toBe("new-password");
  const answer = await admin.post(`/settings/gateways/${GATEWAY.id}`, fields);
  expect(answer.status).toBe(303);
  expect(fixture.patches()).toEqual([
    {
      id: GATEWAY.id,
      name: "Example Mail",
      rate_per_second: 50,
      domain_rate_per_second: null,
      domain_rates: {},
      settings: GATEWAY.settings,
    },
  ]);
});

test("a stored secret is replaced by a typed one, and forgotten only when that is asked for", async () => {
  const fields = { name: "Mail", url: "https://mail.example.com", port: "", rate_per_second: "" };
  await admin.post(`/settings/gateways/${GATEWAY.id}`, { ...fields, password: "new" });
  await admin.post(`/settings/gateways/${GATEWAY.id}`, {
    ...fields,
    password: "",
    clear_password: "on",
  });
  await admin.post(`/settings/gateways/${GATEWAY.id}`, {
    ...fields,
    password: "x",
    clear_password: "on",
  });
  expect(fixture.patches().map(({ secrets }) => secrets)).toEqual([
    { password: "new" },
    { password: "" },
    { password: "x" },
  ]);
});

test("what the email client refuses is said at its field, or over the form", async () => {
  const atField = await saveRefused("gateways.0.settings.url");
  expect(atField.status).toBe(422);
  expect(atField.textOf("#field-url-error")).toBe("That will not do.");
  expect(atField.textOf("#field-password-error")).toBe(
    "Type “Password” again: what is secret is not sent back.",
  );
  const overForm = await saveRefused("gateways.0.secrets");
  expect(overForm.find(".form-errors li").map(({ text }) => text)).toContain("That will not do.");
});

/** Has the email client find fault with fields of the gateway, whether it is only asked or is to save it. */
function findFault(faults: Record<string, string>) {
  const errors = Object.entries(faults).map(([path, message]) => ({
    field: `gateways.0.${path}`,
    message,
  }));
  fixture.client.answerNext("POST /v1/settings/validate", { status: 200, body: { errors } });
  const body = { title: "Not changed", detail: errors[0]?.message, ...errors[0], errors };
  fixture.client.answerNext("PATCH /v1/settings", { status: 422, body });
}

test.each(["/settings/gateways", `/settings/gateways/${GATEWAY.id}`])(
  "%s: what web finds wrong and what the email client finds wrong is told together, in the order of the fields",
  async (path) => {
    findFault({
      "settings.port": "A port is a number from 1 to 65535.",
      "settings.url": "This host has no public address.",
      "secrets.password": "Enter the password again: the server has changed.",
      secrets: "The stored secrets cannot be opened.",
    });
    const typed = {
      kind: "http",
      name: "",
      url: "https://mail.example.com",
      port: "99999",
      rate_per_second: "0",
      domain_rate_per_second: "many",
      domain_rates: "nowhere\nexample.com 1\nexample.com 2\nexample.org 0",
      default: "on",
    };
    const answer = await admin.post(path, typed);
    expect(answer.status).toBe(422);
    expect(answer.find(".form-errors li").map(({ text }) => text)).toEqual([
      "Fill in the name.",
      "This host has no public address.",
      "A port is a number from 1 to 65535.",
      path === "/settings/gateways"
        ? "Fill in the password."
        : "Enter the password again: the server has changed.",
      "Use a number above 0.",
      "Use a number.",
      "“nowhere”, “example.org 0” are not each a domain and a rate above 0, such as “example.com 20”. “example.com” stands there twice: leave one.",
      "The stored secrets cannot be opened.",
    ]);
    expect(answer.find(".field-error")).toHaveLength(7);
    for (const name of ["url", "port", "rate_per_second", "domain_rate_per_second"] as const)
      expect(answer.find(`#field-${name}`)[0]?.attributes["value"]).toBe(typed[name]);
    expect(answer.find("#field-domain_rates")[0]?.text).toBe(
      typed.domain_rates.replaceAll("\n", " "),
    );
    const asked = fixture.client.calls.filter(({ call }) => call.endsWith("/validate"));
    expect(asked.map(({ body }) => body)).toMatchObject([
      { gateways: [{ settings: { url: typed.url, port: typed.port } }] },
    ]);
    expect(fixture.patches()).toEqual([]);
  },
);

test("all that the email client finds wrong when it is to save is told at once", async () => {
  findFault({ "settings.url": "Not there.", "settings.port": "No port." });
  const answer = await admin.post(`/settings/gateways/${GATEWAY.id}`, {
    name: "Mail",
    url: "https://mail.example.com",
    port: "99999",
  });
  expect([
    answer.status,
    answer.textOf("#field-url-error"),
    answer.textOf("#field-port-error"),
  ]).toEqual([422, "Not there.", "No port."]);
});

test("rates of recipient domains are typed a line each, and stand there again", async () => {
  const fields = { name: "Mail", url: "https://mail.example.com", rate_per_second: "" };
  const answer = await admin.post(`/settings/gateways/${GATEWAY.id}`, {
    ...fields,
    domain_rate_per_second: "5",
    domain_rates: "Example.com 20\r\n\r\n@bücher.example.org: 0.5",
  });
  expect(answer.status).toBe(303);
  const domain_rates = { "example.com": 20, "xn--bcher-kva.example.org": 0.5 };
  expect(fixture.patches()).toMatchObject([{ domain_rate_per_second: 5, domain_rates }]);
  fixture.offer([{ ...GATEWAY, domain_rate_per_second: 5, domain_rates }]);
  const page = await admin.get(`/settings/gateways/${GATEWAY.id}`);
  expect(page.find("#field-domain_rate_per_second")[0]?.attributes["value"]).toBe("5");
  expect(page.find("#field-domain_rates")[0]?.text).toBe(
    "example.com 20 xn--bcher-kva.example.org 0.5",
  );
});

test.each([
  ["example.com", "“example.com” is not a domain and a rate above 0, such as “example.com 20”."],
  ["nowhere 5", "“nowhere 5” is not a domain and a rate above 0, such as “example.com 20”."],
  [
    "example.com 0",
    "“example.com 0” is not a domain and a rate above 0, such as “example.com 20”.",
  ],
  ["example.com 1\nEXAMPLE.com 2", "“EXAMPLE.com” stands there twice: leave one."],
])(
  "a list of domains like %j is refused at its field, and stands there again",
  async (typed, message) => {
    const answer = await admin.post(`/settings/gateways/${GATEWAY.id}`, {
      name: "Mail",
      url: "https://mail.example.com",
      domain_rates: typed,
    });
    expect(answer.status).toBe(422);
    expect(answer.textOf("#field-domain_rates-error")).toBe(message);
    expect(answer.find("#field-domain_rates")[0]?.text).toBe(typed.replace("\n", " "));
    expect(fixture.patches()).toEqual([]);
  },
);
