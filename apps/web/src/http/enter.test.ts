import { afterAll, beforeAll, expect, test } from "bun:test";
import { signedInClient, visitor } from "../testing/client.ts";
import { pagesWithForms, type Tried, tried } from "../testing/tried.ts";

let web: Tried;
beforeAll(async () => {
  web = await tried();
}, 60_000);
afterAll(() => web[Symbol.asyncDispose]());

test("Enter in a field does what the form is for, or nothing where each button does something else", async () => {
  const client = await signedInClient(web.context, "owner");
  const pages = [
    { at: "/sign-in", html: (await visitor(web.context).get("/sign-in")).text },
    ...(await Promise.all(
      pagesWithForms(web).map(async (at) => ({ at, html: (await client.get(at)).text })),
    )),
  ];
  const pressed = pages.flatMap(({ at, html }) =>
    formsOf(html)
      .filter(({ typedInto }) => typedInto)
      .map(({ action, first }) => ({ at, action, first })),
  );
  expect(pressed.length).toBeGreaterThan(20);
  expect(pressed.filter(({ first }) => !["the form's own", "nothing"].includes(first))).toEqual([]);
});

interface EnterForm {
  action: string;
  /** Whether Enter in one of its fields presses a button: a text on one line, or a box to check. */
  typedInto: boolean;
  /** What the first button does, which is the one that Enter presses. */
  first: string;
}

/** The forms of a page that post. A browser without scripts sees what stands for it, too. */
function formsOf(html: string): EnterForm[] {
  const forms = new Map<string, EnterForm>();
  const outside: string[] = [];
  let open: EnterForm | undefined;
  new HTMLRewriter()
    .on("form", {
      element(form) {
        if (form.getAttribute("method") !== "post") return;
        open = { action: form.getAttribute("action") ?? "", typedInto: false, first: "" };
        forms.set(form.getAttribute("id") ?? `#${forms.size}`, open);
        form.onEndTag(() => {
          open = undefined;
        });
      },
    })
    .on("input", {
      element(input) {
        if (["hidden", "file", "radio"].includes(input.getAttribute("type") ?? "text")) return;
        const form = input.getAttribute("form");
        if (form !== null) outside.push(form);
        else if (open !== undefined) open.typedInto = true;
      },
    })
    .on("button[type=submit]", {
      element(button) {
        if (open === undefined || open.first !== "" || button.hasAttribute("form")) return;
        const own = ["name", "formaction", "hx-post"].every((name) => !button.hasAttribute(name));
        if (button.getAttribute("formmethod") === "dialog") open.first = "nothing";
        else open.first = own && open.action !== "" ? "the form's own" : "another's";
      },
    })
    .transform(html.replaceAll(/<\/?noscript>/g, ""));
  for (const form of outside) {
    const its = forms.get(form);
    if (its !== undefined) its.typedInto = true;
  }
  return [...forms.values()];
}
