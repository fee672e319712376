import { decoded } from "./find-elements.ts";

/** A form of a page as a browser would post it untouched. */
export interface PostedForm {
  /** The path, with a query where it has one. */
  action: string;
  fields: [name: string, value: string][];
}

interface OpenForm {
  id: string | undefined;
  actions: string[];
  fields: [string, string][];
}

/**
 * Every form of a page that is posted, once for each address that it or one of its buttons or fields is posted to. What a
 * field or a button stands for is told as it is: nothing is chosen, every box is checked and every button is pressed.
 */
export function postedForms(html: string, at: string): PostedForm[] {
  const forms: OpenForm[] = [];
  const strays: { form: string; action?: string; field?: [string, string] }[] = [];
  let open: OpenForm | undefined;
  let select: [string, string] | undefined;
  let area: [string, string] | undefined;

  function keep(form: string | null, field: [string, string]): void {
    if (form !== null) strays.push({ form, field });
    else open?.fields.push(field);
  }

  new HTMLRewriter()
    .on("form", {
      element(form) {
        const attribute = (name: string) => decoded(form.getAttribute(name) ?? "");
        const isPosted = attribute("method").toLowerCase() === "post";
        open = { id: form.getAttribute("id") ?? undefined, actions: [], fields: [] };
        if (isPosted) open.actions.push(attribute("action") || at);
        const here = open;
        forms.push(here);
        form.onEndTag(() => {
          open = undefined;
        });
      },
    })
    .on("[hx-post], [formaction]", {
      element(element) {
        for (const name of ["hx-post", "formaction"]) {
          const action = decoded(element.getAttribute(name) ?? "");
          const form = element.getAttribute("form");
          if (action === "") continue;
          if (form !== null) strays.push({ form, action });
          else if (open === undefined) forms.push({ id: undefined, actions: [action], fields: [] });
          else open.actions.push(action);
        }
      },
    })
    .on("input[name], button[name]", {
      element(input) {
        const value = decoded(input.getAttribute("value") ?? "");
        keep(input.getAttribute("form"), [decoded(input.getAttribute("name") ?? ""), value]);
      },
    })
    .on("select[name]", {
      element(element) {
        select = [decoded(element.getAttribute("name") ?? ""), ""];
        keep(element.getAttribute("form"), select);
      },
    })
    .on("option", {
      element(option) {
        const value = decoded(option.getAttribute("value") ?? "");
        if (select !== undefined && (select[1] === "" || option.hasAttribute("selected")))
          select[1] = value;
      },
    })
    .on("textarea[name]", {
      element(element) {
        area = [decoded(element.getAttribute("name") ?? ""), ""];
        keep(element.getAttribute("form"), area);
      },
      text({ text }) {
        if (area !== undefined) area[1] += decoded(text);
      },
    })
    // What stands for browsers without scripts counts.
    .transform(html.replaceAll(/<\/?noscript>/g, ""));
  for (const { form, action, field } of strays) {
    const whose = forms.find(({ id }) => id === form);
    if (action !== undefined) whose?.actions.push(action);
    if (field !== undefined) whose?.fields.push(field);
  }
  return forms.flatMap(({ actions, fields }) => actions.map((action) => ({ action, fields })));
}
