import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import { signedInClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { addContact, certain, created } from "./fixtures/templates.ts";
import { saveTemplate } from "./templates.ts";

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
const ALERT = /<script>alert|<img src=x/;

function valueOf(
  answer: { find(s: string): { attributes: Record<string, string> }[] },
  name: string,
) {
  return answer.find(`input[name=${name}]`)[0]?.attributes["value"];
}

describe("the preview", () => {
  test("is a document that can run nothing, know nobody and load nothing but pictures", async () => {
    await using context = await testContext();
    const client = await signedInClient(context);
    const { id } = await created(context.db, { body: HOSTILE });
    const shown = await client.get(`/templates/${id}/frame`);
    const policy = (shown.headers.get("content-security-policy") ?? "").split("; ");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("img-src https: data:");
    expect(policy).toContain("style-src 'unsafe-inline'");
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).toContain("form-action 'none'");
    const sandbox = policy.find((directive) => directive.startsWith("sandbox")) ?? "";
    expect(sandbox).not.toMatch(/allow-(scripts|same-origin|forms|top-navigation|modals)/);
    expect(policy.filter((directive) => /script|connect|font|object/.test(directive))).toEqual([]);
    expect(shown.headers.get("x-content-type-options")).toBe("nosniff");
    expect(shown.headers.getSetCookie()).toEqual([]);
    const frame = (await client.get(`/templates/${id}`)).find("iframe")[0]?.attributes;
    expect(frame).toMatchObject({ sandbox: "", src: `/templates/${id}/frame?` });
  });

  test("is filled in for any contact that is chosen, of any version, and escapes what they are called", async () => {
    await using context = await testContext();
    const client = await signedInClient(context);
    const contact = await addContact(context.db, { first_name: HOSTILE });
    const { id } = await created(context.db);
    await saveTemplate(context.db, id, { body: "<p>Second</p>" }, "Bob");
    const shown = await client.get(`/templates/${id}/frame?contact=${contact}&version=1`);
    expect(shown.text).not.toMatch(ALERT);
    expect(shown.text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect((await client.get(`/templates/${id}/frame?contact=${newId()}`)).text).toStartWith(
      "<p>Second</p>\n<div ",
    );
    expect((await client.get(`/templates/${id}/frame?version=9`)).status).toBe(404);
    const found = await client.get(`/templates/${id}?q=${contact.slice(0, 8)}`);
    expect(found.find(".found-contacts a")[0]?.attributes["href"]).toBe(
      `/templates/${id}?contact=${contact}`,
    );
    const chosen = await client.get(`/templates/${id}?contact=${contact}&width=phone`);
    expect(chosen.find("iframe")[0]?.attributes["src"]).toBe(
      `/templates/${id}/frame?contact=${contact}`,
    );
    expect(chosen.find(".frame")[0]?.attributes["data-width"]).toBe("phone");
    const text = await client.get(`/templates/${id}/text?contact=${contact}`);
    expect([text.status, text.textOf("pre")]).toEqual([200, "Second Unsubscribe: /u/example"]);
  });
});

describe("versions", () => {
  test("are listed, looked at against the newest, and restored once", async () => {
    await using context = await testContext();
    const client = await signedInClient(context);
    const { id } = await created(context.db, { body: "<p>first</p>" });
    await saveTemplate(context.db, id, { body: "<p>second</p>" }, "Bob");
    const path = `/templates/${id}/versions`;
    expect((await client.get(path)).find("tbody tr")).toHaveLength(2);
    const old = await client.get(`${path}/1`);
    expect(old.find("del, ins").map(({ text }) => text)).toEqual([
      "− <p>first</p>",
      "+ <p>second</p>",
    ]);
    const seen = {
      revision: valueOf(old, "revision") ?? "",
      version: valueOf(old, "version") ?? "",
    };
    const restored = await client.post(`${path}/1/restore`, seen);
    expect(restored.headers.get("location")).toBe(`/templates/${id}`);
    expect(await certain(context.db, id)).toMatchObject({ version: 3, body: "<p>first</p>" });
    expect((await client.post(`${path}/2/restore`, seen)).status).toBe(409);
    for (const version of ["0", "4", "x", "-1", "1e3"])
      expect((await client.get(`${path}/${version}`)).status).toBe(404);
  });

  test("are paged", async () => {
    await using context = await testContext();
    const client = await signedInClient(context);
    const { id } = await created(context.db);
    await context.db.execute(sql`
      INSERT INTO "template_version" ("template_id", "version", "kind", "subject", "body", "created_by")
      SELECT ${id}::uuid, n, 'html', 's', 'b', 'x' FROM generate_series(2, 120) AS n
    `);
    await context.db.execute(sql`UPDATE "template" SET "version" = 120`);
    const first = await client.get(`/templates/${id}/versions`);
    const next = first.find("a[rel=next]")[0]?.attributes["href"] ?? "";
    const second = await client.get(next);
    expect(second.textOf("tbody tr a")).toBe("Version 70");
    const back = second.find("a[rel=prev]")[0]?.attributes["href"] ?? "";
    expect((await client.get(back)).textOf("tbody tr a")).toStartWith("Version 120");
  });
});
