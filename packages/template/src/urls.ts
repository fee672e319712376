import {
  type Context,
  type Emitter,
  type Liquid,
  type Parser,
  Tag,
  type TagToken,
  type Template,
  type TopLevelToken,
} from "liquidjs";
import { textOf } from "./values.ts";

/** Where a link leads that a contact's data would have turned into something else than a link. */
export const INERT_URL = "#";

/** Names that `guard-urls.ts` writes into compiled sources; content that is stored holds them, so they stay. */
export const URL_TAG = "url";
export const URL_FILTERS = { path: "url_path", query: "url_query" } as const;

const SCHEMES = new Set(["http", "https", "mailto", "tel", "sms", "cid"]);

/**
 * The URL itself when it is relative or has a scheme that mail clients follow, else `#`. Tabs, newlines and other
 * controls are skipped before the scheme is judged, because clients skip them too.
 */
export function safeUrl(url: string): string {
  // oxlint-disable-next-line no-control-regex
  const seen = url.replace(/[\u0000-\u0020\u007f-\u00a0]+/g, "");
  const scheme = /^([^:/?#]*):/.exec(seen)?.[1];
  return scheme === undefined || SCHEMES.has(scheme.toLowerCase()) ? url : INERT_URL;
}

/** `{% url %}…{% endurl %}`: a whole URL, judged once its parts are known. */
export class UrlTag extends Tag {
  readonly templates: Template[] = [];

  constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid, parser: Parser) {
    super(token, rest, liquid);
    let next: TopLevelToken | undefined;
    while ((next = rest.shift())) {
      if ("name" in next && next.name === `end${URL_TAG}`) return;
      this.templates.push(parser.parseToken(next, rest));
    }
    throw new Error(`tag ${token.getText()} not closed`);
  }

  override *render(context: Context, emitter: Emitter): Generator<unknown, void, string> {
    emitter.write(safeUrl(yield this.liquid.renderer.renderTemplates(this.templates, context)));
  }

  // oxlint-disable-next-line require-yield -- LiquidJS asks for a generator
  *children(): Generator<unknown, Template[]> {
    return this.templates;
  }
}

export function registerUrls(engine: Liquid): void {
  engine.registerTag(URL_TAG, UrlTag);
  engine.registerFilter(URL_FILTERS.path, (value: unknown) =>
    encodeURI(textOf(value).toWellFormed()).replace(/[?#]/g, encodeURIComponent),
  );
  engine.registerFilter(URL_FILTERS.query, (value: unknown) =>
    encodeURIComponent(textOf(value).toWellFormed()),
  );
}
