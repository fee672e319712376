import { lexer, type Token } from "marked";

/**
 * The pages of docs that somebody who sets up sending needs, by the last part of their address, and what each is about. In
 * the order in which they are of use.
 */
const GUIDES = {
  deliverability: "What to set up so that mailbox providers take your emails, and in which order.",
  authentication:
    "What to publish in DNS, and what to do when a provider refuses emails because it cannot tell who they are from.",
  gateways: "What each email service guarantees and passes on, and how its webhooks are set up.",
  bounces: "How emails that come back from an SMTP server are read from a mailbox and counted.",
  suppressions: "Which addresses are never mailed, how they get there, and lists of them as files.",
} as const;
export type GuideName = keyof typeof GUIDES;

const NAMES = Object.keys(GUIDES) as GuideName[];

export interface Guide {
  title: string;
  /** What follows the title, as marked takes it apart. */
  body: Token[];
  /** Where each heading of it is led to. */
  anchors: ReadonlyMap<Token, string>;
}

const FOLDER = new URL("../../../../../docs/", import.meta.url);

/** A page of docs, as it lies beside the sources; undefined for any other name, and where the pages were left out. */
export async function readGuide(name: string): Promise<Guide | undefined> {
  if (!isGuide(name)) return undefined;
  const file = Bun.file(new URL(`${name}.md`, FOLDER));
  if (!(await file.exists())) return undefined;
  const [title, ...rest] = lexer(await file.text());
  const body = rest.filter((token) => !isNoteOfMaking(token));
  return {
    title: title?.type === "heading" ? String(title["text"]) : name,
    body,
    anchors: anchorsOf(body),
  };
}

/** All guides that there are, as they are called. */
export async function listGuides(): Promise<{ href: string; title: string; about: string }[]> {
  const guides = await Promise.all(
    NAMES.map(async (name) => ({ name, guide: await readGuide(name) })),
  );
  return guides.flatMap(({ name, guide }) =>
    guide === undefined
      ? []
      : [{ href: guideAddress(name), title: guide.title, about: GUIDES[name] }],
  );
}

/** The line on who made the page is for whoever would edit it. */
function isNoteOfMaking({ type, raw }: Token): boolean {
  return type === "paragraph" && raw.startsWith("_Made by ");
}

/** Of headings that are called the same, the later ones are numbered. */
function anchorsOf(body: readonly Token[]): Map<Token, string> {
  const headings = body.filter(({ type }) => type === "heading");
  return new Map(
    headings.map((heading, index) => {
      const anchor = anchorOf(heading);
      const before = headings.slice(0, index).filter((each) => anchorOf(each) === anchor).length;
      return [heading, before === 0 ? anchor : `${anchor}-${before}`];
    }),
  );
}

function isGuide(name: string): name is GuideName {
  return NAMES.some((each) => each === name);
}

/** Where all guides are listed. */
export const GUIDES_PAGE = "/guides";

/** Where a guide is read, or the part of it under a heading. */
export function guideAddress(name: GuideName, heading?: string): string {
  return `${GUIDES_PAGE}/${name}${heading === undefined ? "" : `#${slugOf(heading)}`}`;
}

function anchorOf(heading: Token): string {
  return slugOf(String((heading as { text?: unknown }).text));
}

/** As where the pages are read elsewhere. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

/** Where a link of a guide leads from its page here; undefined to what is not served, such as another page of docs. */
export function linkFrom(href: string): string | undefined {
  if (href.startsWith("https://") || href.startsWith("#")) return href;
  const [, name = "", anchor = ""] = /^(?:docs\/)?([a-z]+)\.md(#.*)?$/.exec(href) ?? [];
  return isGuide(name) ? `${guideAddress(name)}${anchor}` : undefined;
}
