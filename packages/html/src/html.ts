let construct: (markup: string) => Html;
let read: (html: Html) => string;

/**
 * Markup that is safe to send. It is an object with a private field, so no string, however it was typed or stored, can
 * pass for one; and there are only two ways to get one: JSX, which escapes, and `trusted()`, which vouches.
 */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  static {
    construct = (markup) => new Html(markup);
    read = (html) => html.#markup;
  }
}

/**
 * Makes `Html` of a string as it is. The caller vouches that no part of it came from a person; the architecture test
 * lists every caller.
 */
export function trusted(markup: string): Html {
  return construct(markup);
}

/** The markup as a string, to be written to a response. Throws a TypeError for anything that is not `Html`. */
export function render(html: Html): string {
  return read(html);
}
