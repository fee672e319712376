import { expect, test } from "bun:test";
import { join } from "node:path";
import { until } from "@mailwright/testing";
import { startGatewayMock } from "./start.ts";
import { ALWAYS_202, message, post } from "./testing/emails.ts";

const ROOT = join(import.meta.dir, "../../..");

test("the page lists what was accepted, and no text of an email becomes markup", async () => {
  await using gateway = await startGatewayMock({ config: ALWAYS_202 });
  expect(await (await fetch(gateway.url)).text()).toContain("Nothing has been accepted yet.");
  await post(gateway, { ...message("ann@example.com"), subject: "<img src=x onerror=alert(1)>" });
  await post(gateway, { ...message("bob@example.com"), subject: "" });
  const response = await fetch(gateway.url);
  const html = await response.text();
  expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
  expect(html).not.toContain("<img");
  expect(html.indexOf("bob@example.com")).toBeLessThan(html.indexOf("ann@example.com"));
  expect(html).toContain('<a href="/messages/2">(no subject)</a>');
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("a message is shown whole, its html in a frame that can do nothing", async () => {
  await using gateway = await startGatewayMock({ config: ALWAYS_202 });
  await post(gateway, {
    ...message("ann@example.com", { "X-Note": "<b>" }),
    html: "<script>x</script>",
  });
  const page = await (await fetch(`${gateway.url}/messages/1`)).text();
  expect(page).toContain("Shop &lt;shop@example.com&gt;");
  expect(page).toContain("X-Note");
  expect(page).toContain('src="/messages/1/html" sandbox');
  expect(page).not.toContain("<script>");
  const framed = await fetch(`${gateway.url}/messages/1/html`);
  expect(await framed.text()).toBe("<script>x</script>");
  expect(framed.headers.get("content-security-policy")).toStartWith("sandbox; default-src 'none'");
  expect((await fetch(`${gateway.url}/page.css`)).headers.get("content-type")).toStartWith(
    "text/css",
  );
});

test.each(["/messages/2", "/messages/x", "/messages/2/html", "/nothing", "/email"])(
  "%s is not there: 404",
  async (path) => {
    await using gateway = await startGatewayMock({ config: ALWAYS_202 });
    await post(gateway, message("ann@example.com"));
    const response = await fetch(gateway.url + path);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      404,
      "application/problem+json",
    ]);
  },
);

test("the health checks answer", async () => {
  await using gateway = await startGatewayMock();
  for (const path of ["/livez", "/readyz", "/metrics"]) {
    expect((await fetch(gateway.url + path)).status).toBe(200);
  }
});

test("run as a program it says where it is, obeys its environment and stops when told to, whatever hangs", async () => {
  const program = Bun.spawn([process.execPath, "apps/gateway_mock/src/main.ts"], {
    cwd: ROOT,
    env: { ...process.env, PORT: "0", MOCK_WEIGHTS: "403=1", LOG_LEVEL: "info" },
    stdout: "pipe",
    stderr: "inherit",
  });
  try {
    let said = "";
    const reading = (async () => {
      for await (const part of program.stdout) said += new TextDecoder().decode(part);
    })();
    const url = await until(() => /"url":"([^"]+)"/.exec(said)?.[1]);
    const gateway = { url, emailUrl: `${url}/email` };
    expect((await post(gateway, message("a@example.com"))).status).toBe(403);
    await fetch(`${url}/script`, { method: "PUT", body: '[{"hang":"after","accept":true}]' });
    const hanging = post(gateway, message("a@example.com")).catch(() => "dropped");
    await until(async () => {
      const summary = (await (await fetch(`${url}/ledger/summary`)).json()) as { accepted: number };
      return summary.accepted === 1;
    });
    program.kill("SIGTERM");
    expect(await program.exited).toBe(0);
    expect(await hanging).toBe("dropped");
    await reading;
    expect(said).not.toContain("example.com");
  } finally {
    program.kill("SIGKILL");
  }
});
