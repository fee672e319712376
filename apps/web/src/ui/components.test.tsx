import { describe, expect, test } from "bun:test";
import { render } from "@mailwright/html";
import * as fc from "fast-check";
import { BarChart } from "./chart-bars.tsx";
import { field, Form } from "./form.tsx";
import { EmailField } from "./input.tsx";
import { Pager } from "./pager.tsx";
import { emailParts, Meter, SegmentedProgress } from "./progress.tsx";
import { currentLink, type NavGroup } from "./shell.ts";
import { type Column, Table } from "./table.tsx";
import { themeOf } from "./theme.ts";

describe("a field", () => {
  test("knows its hint and its error, and keeps what was typed", () => {
    const form = { values: { email: "anna@" }, errors: { email: "Not an address." } };
    const html = render(<EmailField {...field(form, "email")} label="Email" hint="Where to." />);
    expect(html).toContain(
      'aria-invalid="true" aria-describedby="field-email-hint field-email-error"',
    );
    expect(html).toContain('value="anna@"');
    expect(html).toContain('id="field-email-error"');
  });

  test("without either is described by nothing", () => {
    expect(render(<EmailField name="email" label="Email" />)).not.toContain("aria-");
  });
});

test("a form with a region is swapped by htmx and dropped when pressed twice; without, it is a plain form", () => {
  const plain = render(
    <Form action="/contacts" csrf="t">
      {null}
    </Form>,
  );
  expect(plain).not.toContain("hx-");
  const live = render(
    <Form action="/contacts" csrf="t" region="#form">
      {null}
    </Form>,
  );
  expect(live).toContain('hx-post="/contacts" hx-target="#form" hx-select="#form"');
  expect(live).toContain('hx-sync="this:drop"');
});

describe("a table", () => {
  const columns: Column<{ name: string }>[] = [
    { label: "Name", sort: "name", primary: true, cell: ({ name }) => name },
  ];

  test("shows what it is given when it has no rows", () => {
    const html = render(
      <Table caption="Contacts" columns={columns} rows={[]} empty={<p>None</p>} />,
    );
    expect(html).toBe("<p>None</p>");
  });

  test("says how it is sorted and leads to the other way round", () => {
    const html = render(
      <Table
        caption="Contacts"
        columns={columns}
        rows={[{ name: "Anna" }]}
        empty={<p />}
        href={() => "javascript:alert(1)"}
        sorting={{
          by: "name",
          direction: "ascending",
          href: (by, way) => `?sort=${by}&way=${way}`,
        }}
      />,
    );
    expect(html).toContain('aria-sort="ascending"');
    expect(html).toContain('href="?sort=name&amp;way=descending"');
    expect(html).toContain('<a class="table-link" href="about:invalid">Anna</a>');
  });
});

test("a pager without another page is a sentence", () => {
  expect(render(<Pager summary="3 contacts" />)).not.toContain("button");
  expect(render(<Pager />)).toBe("");
  expect(render(<Pager summary="3 contacts" next="/contacts?after=3" />)).toContain('rel="next"');
});

describe("a segmented bar", () => {
  test("never leaves its frame, and shows every part that is there", () => {
    const counts = fc.record({
      sent: fc.nat(1e7),
      queued: fc.nat(1e7),
      failed: fc.nat(3),
      uncertain: fc.nat(3),
    });
    fc.assert(
      fc.property(counts, (given) => {
        const parts = emailParts(given);
        const total = parts.reduce((sum, { value }) => sum + value, 0);
        const html = render(<SegmentedProgress label="Emails" parts={parts} total={total} bare />);
        const rects = [...html.matchAll(/ x="([\d.]+)" y="0" width="([\d.]+)"/g)];
        expect(rects).toHaveLength(parts.length);
        for (const [, x, width] of rects) {
          expect(Number(width)).toBeGreaterThan(1);
          expect(Number(x) + Number(width)).toBeLessThanOrEqual(1_000);
        }
      }),
    );
  });

  test("says its parts in words", () => {
    const html = render(
      <SegmentedProgress label="Emails" parts={emailParts({ sent: 3 })} total={10} bare />,
    );
    expect(html).toContain('aria-label="Emails: Sent 3 of 10"');
  });
});

test("a meter says in words that it is nearly used up", () => {
  expect(render(<Meter label="Today" value={9} max={10} />)).toContain("9 of 10, nearly used up");
  expect(render(<Meter label="Today" value={10} max={10} />)).toContain("10 of 10, used up");
});

test("a chart has the same numbers as a table", () => {
  const html = render(
    <BarChart
      label="Emails a day"
      axis={["Mon"]}
      series={[{ label: "Sent", tone: "sent", values: [1_234] }]}
    />,
  );
  expect(html).toContain('<th scope="row">Mon</th><td data-align="end">1,234</td>');
});

test("the current link is the longest that the path is under", () => {
  const links = ["/", "/settings", "/settings/gateways"].map((href) => ({
    href,
    label: href,
    icon: "x" as const,
  }));
  const nav: NavGroup[] = [{ links }];
  const found = ["/", "/settings/gateways/7", "/settingsful", "/settings"].map(
    (path) => currentLink(nav, path)?.href,
  );
  expect(found).toEqual(["/", "/settings/gateways", undefined, "/settings"]);
});

test("a theme that is none of ours is the system's", () => {
  const themes = ["a=b; theme=dark", "theme=pink", "mytheme=dark", ""].map((cookie) =>
    themeOf(new Request("http://localhost", { headers: { cookie } })),
  );
  expect(themes).toEqual(["dark", "auto", "auto", "auto"]);
});
