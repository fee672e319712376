import { Html, render } from "./html.ts";

/** What may stand between two tags: text is escaped, `Html` is not, nothing and booleans vanish, arrays nest. */
export type Children =
  Html | string | number | bigint | boolean | null | undefined | readonly Children[];

/** The markup of children. A promise or any other object is a bug of the caller and throws a TypeError. */
export function markupOf(children: Children): string {
  if (typeof children === "string") return Bun.escapeHTML(children);
  if (children instanceof Html) return render(children);
  if (Array.isArray(children)) {
    let markup = "";
    for (const child of children) markup += markupOf(child);
    return markup;
  }
  if (typeof children === "number" || typeof children === "bigint") return String(children);
  if (children === null || children === undefined || typeof children === "boolean") return "";
  throw new TypeError(
    children instanceof Promise
      ? "A promise cannot be shown: await in the route, then call the view."
      : `A value of type ${typeof children} cannot be shown.`,
  );
}
