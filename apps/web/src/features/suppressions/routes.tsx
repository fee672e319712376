import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import { parseForm, parseQuery } from "../../http/forms.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import type { FormState } from "../../ui/form.tsx";
import { formatPlural } from "../../ui/format.ts";
import { parseAddress } from "../contacts/address.ts";
import { csvFile } from "../contacts/csv.ts";
import type { PastedAddresses } from "../segments/pasted-addresses.ts";
import { AddressQuery, PastedForm, SearchQuery } from "./forms.ts";
import { lift, listSuppressions, readSuppression } from "./suppressions.ts";
import { exportSuppressions, readList, suppressList } from "./transfer.ts";
import { AddSuppressionsPage, LiftSuppressionConfirm, SuppressionsPage } from "./views.tsx";
import { originOf } from "./words.ts";

/** The addresses that are never mailed: looked through, added to, and lifted one by one. */
export function suppressionPages(context: Context) {
  const { db, clock } = context;
  const write = { permission: "contacts:write" } as const;

  return new Elysia({ name: "suppressions", prefix: "/suppressions" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show, user }) => {
        const { q } = parseQuery(SearchQuery, request);
        const asked = askedPage(request, q.trim() === "" ? "id" : "text");
        const list = await listSuppressions(db, q, asked);
        return show(
          { title: "Suppressions" },
          <SuppressionsPage
            now={clock.now()}
            suppressions={list.items}
            total={list.total}
            search={q}
            {...pageLinks(request, list)}
            mayWrite={can(user, "contacts:write")}
          />,
        );
      },
      { permission: "contacts:read" },
    )
    .get("/export", () => csvFile("suppressions.csv", exportSuppressions(db)), {
      permission: "contacts:read",
    })
    .get("/new", (tools) => showAdd(tools, { values: {} }), write)
    .post(
      "/",
      async (tools) => {
        const posted = parseForm(PastedForm, tools.form);
        if (!posted.ok) return showAdd(tools, posted, []);
        const list = readList(posted.value.addresses, originOf(tools.user));
        // All or nothing: whoever pastes a list sees at once what in it is none.
        if (list.faults.length > 0)
          return showAdd(tools, { values: posted.value, errors: NOT_ALL }, list.faults);
        const { added, already } = await suppressList(db, list);
        return tools.leave("/suppressions", outcome(added, already));
      },
      write,
    )
    .get(
      "/lift",
      async ({ request, show, csrf }) => {
        const { email } = parseQuery(AddressQuery, request);
        const suppression = found(await readSuppression(db, email));
        return show(
          { title: "Allow again", width: "narrow" },
          <LiftSuppressionConfirm csrf={csrf} suppression={suppression} />,
        );
      },
      write,
    )
    .post(
      "/lift",
      async ({ request, leave }) => {
        const address = parseAddress(parseQuery(AddressQuery, request).email);
        if (!address.ok || (await lift(db, [address.canonical])) === 0) throw new NotFoundError();
        return leave("/suppressions", `${address.email} can be mailed again.`);
      },
      write,
    );
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
