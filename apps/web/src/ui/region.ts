/**
 * What makes a link swap one region of the page instead of loading it whole: htmx fetches the same page and picks the
 * region out of it, so a route answers with `page()` and needs no second answer. `region` is a selector, `#contacts`.
 * Without scripts the link is a link.
 */
export function regionLink(
  href: string,
  region: string | undefined,
  history: "push" | "replace" = "push",
) {
  if (region === undefined) return { href };
  return {
    href,
    "hx-get": href,
    "hx-target": region,
    "hx-select": region,
    "hx-swap": "outerHTML",
    [history === "push" ? "hx-push-url" : "hx-replace-url"]: "true",
  } as const;
}

/** The same for a form that posts: its answer, with status 200 or 422, holds the region. */
export function regionForm(action: string, region: string | undefined) {
  if (region === undefined) return {};
  return {
    "hx-post": action,
    "hx-target": region,
    "hx-select": region,
    "hx-swap": "outerHTML",
    // The page that answers may say something, which is no part of the region.
    "hx-select-oob": "#toasts:beforeend",
    "hx-sync": "this:drop",
  } as const;
}
