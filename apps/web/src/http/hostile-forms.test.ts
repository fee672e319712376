import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { authSession } from "../db/schema/accounts.ts";
import { signedInClient, type TestClient, visitor } from "../testing/client.ts";
import { type PostedForm, postedForms } from "../testing/posted-forms.ts";
import {
  isForPeople,
  lastness,
  MANY,
  pagesWithForms,
  TEXTS,
  type Tried,
  tried,
} from "../testing/tried.ts";
import { isSafe } from "./same-origin.ts";

let web: Tried;
beforeAll(async () => {
  web = await tried();
}, 60_000);
afterAll(() => web[Symbol.asyncDispose]());

test("whatever is typed into any form of any page is answered, and never by a fault of ours", async () => {
  const forms = await formsOfPages();
  const posted = new Set(forms.map(({ path }) => path));
  const left = web.routes.filter(
    ({ method, path, permission }) =>
      !isSafe(method) && !posted.has(path) && isForPeople(path, permission),
  );
  // Its form is there before anybody can sign in, and not again.
  expect(left.map(({ path }) => path)).toEqual(["/setup"]);
  const wrong: unknown[] = [];
  for (const form of forms.toSorted((a, b) => lastness(a) - lastness(b))) {
    const client = await signedIn();
    let fields = fieldsOf(form);
    async function post(changed: Record<string, readonly string[]>, field: string): Promise<void> {
      const { status } = await client.post(form.action, { ...fields, ...changed });
      if (status >= 500) wrong.push([form.path, field, changed[field]?.[0]?.slice(0, 40), status]);
      // What was taken has changed what the form would say next.
      if (status === 303) fields = (await formAgain(client, form)) ?? fields;
    }
    for (const field of Object.keys(fields))
      for (const typed of [...TEXTS.map((text) => [text]), MANY])
        await post({ [field]: typed }, field);
    await post({}, "nothing");
  }
  expect([wrong, web.faults]).toEqual([[], []]);
}, 180_000);

/** A form of the page at `at`, and the route that it is posted to. */
interface PageForm extends PostedForm {
  at: string;
  path: string;
}

/** The forms of all pages, each with other fields or for another route. */
async function formsOfPages(): Promise<PageForm[]> {
  const forms = new Map<string, PageForm>();
  function collect(html: string, at: string): void {
    for (const form of postedForms(html, at)) {
      const path = routeOf(form.action);
      const names = Object.keys(fieldsOf(form)).toSorted();
      const key = `${path} ${names.join(" ")}`;
      if (!forms.has(key)) forms.set(key, { ...form, at, path });
    }
  }
  const client = await signedIn();
  for (const at of pagesWithForms(web)) collect((await client.get(at)).text, at);
  collect((await visitor(web.context).get("/sign-in")).text, "/sign-in");
  return [...forms.values()];
}

/** An owner who is signed in twice, so that there is something to end. */
async function signedIn(): Promise<TestClient> {
  const client = await signedInClient(web.context, "owner");
  const now = web.context.clock.now();
  await web.context.db.insert(authSession).values({
    id: newId(),
    token: newId(),
    userId: client.person.user.id,
    createdAt: new Date(now),
    updatedAt: new Date(now),
    expiresAt: new Date(now + 3_600_000),
  });
  return client;
}

async function formAgain(client: TestClient, { at, path }: PageForm) {
  const forms = postedForms((await client.get(at)).text, at);
  const same = forms.find(({ action }) => routeOf(action) === path);
  return same && fieldsOf(same);
}

/** The fields by their names, but for the token, which `post` adds. */
function fieldsOf({ fields }: PostedForm): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const [name, value] of fields) if (name !== "_csrf") (all[name] ??= []).push(value);
  return all;
}

/** The route that a form is posted to: of two that fit, the one with fewer parameters. */
function routeOf(action: string): string {
  const { pathname } = new URL(action, "http://localhost");
  const fitting = web.routes
    .filter(({ method }) => method === "POST")
    .map(({ path }) => path)
    .filter((path) => new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`).test(pathname));
  const [best = ""] = fitting.toSorted((a, b) => a.split(":").length - b.split(":").length);
  return best;
}
