import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { parseForm, parseQuery } from "../../http/forms.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import type { FormState } from "../../ui/form.tsx";
import { formatPlural } from "../../ui/format.ts";
import { csvFile } from "../contacts/csv.ts";
import type { PastedAddresses } from "../segments/pasted-addresses.ts";
import { AddSuppressionsPage } from "./add-views.tsx";
import { PastedForm, SearchQuery } from "./forms.ts";
import { liftingPages } from "./lift-routes.tsx";
import { SuppressionsPage } from "./list-views.tsx";
import { listSuppressions } from "./suppressions.ts";
import { exportSuppressions, readList, suppressList } from "./transfer.ts";
import { originOf } from "./words.ts";

/** The addresses that are never mailed: looked through, added to, and lifted. */
export function suppressionPages(context: Context) {
  const { db, clock } = context;
  const write = { permission: "contacts:write" } as const;

  const list = new Elysia({ name: "suppression-list", prefix: "/suppressions" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show, csrf, user }) => {
        const { q, reason } = parseQuery(SearchQuery, request);
        const search = { text: q, reason };
        const found = await listSuppressions(db, search, askedPage(request, "time"));
        const { pathname, search: query } = new URL(request.url);
        return show(
          { title: "Suppressions", width: "wide" },
          <SuppressionsPage
            csrf={csrf}
            now={clock.now()}
            suppressions={found.items}
            all={found.all}
            total={found.total}
            search={search}
            address={pathname + query}
            {...pageLinks(request, found)}
            mayWrite={can(user, "contacts:write")}
          />,
        );
      },
      { permission: "contacts:read" },
    )
    .get("/export", () => csvFile("suppressions.csv", exportSuppressions(db)), {
      permission: "contacts:read",
    })
    .get("/new", (tools) => showAdd(tools, { values: { reason: "manual" } }), write)
    .post(
      "/",
      async (tools) => {
        const posted = parseForm(PastedForm, tools.form);
        if (!posted.ok) return showAdd(tools, posted, []);
        const { addresses, reason } = posted.value;
        const pasted = readList(addresses, { reason, origin: originOf(tools.user) });
        // All or nothing: whoever pastes a list sees at once what in it is none.
        if (pasted.faults.length > 0)
          return showAdd(
            tools,
            { unsaved: true, values: posted.value, errors: NOT_ALL },
            pasted.faults,
          );
        const { added, already } = await suppressList(db, pasted);
        return tools.leave("/suppressions", outcome(added, already));
      },
      write,
    );
  return new Elysia({ name: "suppressions" }).use(list).use(liftingPages(context));
}

const NOT_ALL = { addresses: "Nothing was added: mend or take out what cannot be taken." };

function showAdd(
  { show, csrf }: PageTools,
  form: FormState,
  faults?: PastedAddresses["faults"],
): Promise<Response> {
  return show(
    { title: "Add addresses", width: "narrow", status: faults === undefined ? 200 : 422 },
    <AddSuppressionsPage csrf={csrf} form={form} faults={faults ?? []} />,
  );
}

function outcome(added: number, already: number): string {
  const done = `${formatPlural(added, "address is", "addresses are")} not mailed any more.`;
  return already === 0 ? done : `${done} ${already} ${already === 1 ? "was" : "were"} so already.`;
}
