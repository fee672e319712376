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
    "hx-select-oob": followersOf(region),
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
    "hx-select-oob": `#toasts:beforeend,${followersOf(region)}`,
    "hx-sync": "this:drop",
  } as const;
}

/**
 * Marks what stands outside a region and goes by the same filter: the way to an export of what is listed, the order that a
 * search keeps. It is swapped whenever the region is, so the page has it always, if need be empty. `name` tells it from
 * the region's other followers.
 */
export function following(region: string, name: string) {
  const id = region.slice(1);
  return { id: `${id}-${name}`, "data-follows": id } as const;
}

/** The selector of all that follows a region, for `hx-select-oob`: htmx finds the place of each by its id. */
export function followersOf(region: string): string {
  return `[data-follows=${region.slice(1)}]`;
}
