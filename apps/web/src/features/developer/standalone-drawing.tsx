import { readFileSync } from "node:fs";
import { render } from "@mailwright/html";
import type { MachineGraph } from "@mailwright/email_machine";
import { MachineDrawing } from "./machine-drawing.tsx";
import { layoutMachine } from "./machine-layout.ts";

const STYLES = new URL("../../public/css/", import.meta.url);

/** The drawing stands on nothing, so it brings its own ground. */
const GROUND = ".machine-ground { fill: var(--surface); }";

/**
 * A machine as an SVG file of its own, for documents and for whoever asks the API. It holds its style: what the pages
 * have for it, cut down to what this drawing uses, light or dark as its reader prefers. The same machine gives the same
 * text.
 */
export async function standaloneDrawing(graph: MachineGraph): Promise<string> {
  const layout = await layoutMachine(graph);
  const markup = render(<MachineDrawing layout={layout} xmlns="http://www.w3.org/2000/svg" />);
  const head = markup.indexOf(">") + 1;
  const ground = `<rect class="machine-ground" width="${layout.width}" height="${layout.height}" rx="12"></rect>`;
  return `${markup.slice(0, head)}<style>${styleOf(markup)}</style>${ground}${markup.slice(head)}`;
}

function styleOf(markup: string): string {
  const used = ({ selector }: Rule) => namesIn(selector).every((name) => markup.includes(name));
  const own = [...rulesOf(readStyle("machine.css")).filter(used), ...rulesOf(GROUND)];
  const tokens = rulesOf(readStyle("tokens.css"));
  const tones = tokens.filter(
    (rule) =>
      rule.selector.includes("data-tone") && (used(rule) || rule.selector.includes(":where")),
  );
  const properties = propertiesFor([...own, ...tones], tokens);
  const root = { selector: ":root", body: `color-scheme:light dark;${properties.join(";")}` };
  return [root, ...tones, ...own].map(({ selector, body }) => `${selector}{${body}}`).join("\n");
}

interface Rule {
  selector: string;
  body: string;
}

/** The rules of a sheet, one a selector, without comments and the layer around them. */
function rulesOf(sheet: string): Rule[] {
  const bare = sheet.replaceAll(/\/\*.*?\*\//gs, "");
  return [...bare.matchAll(/([^{};]+)\{([^{}]*)\}/g)].flatMap(([, selectors = "", body = ""]) =>
    selectors.split(",").map((selector) => ({
      selector: folded(selector),
      body: declarationsIn(body).join(";"),
    })),
  );
}

function declarationsIn(body: string): string[] {
  return body
    .split(";")
    .map((declaration) => folded(declaration).replace(": ", ":"))
    .filter((declaration) => declaration !== "");
}

/** Classes, and attributes with their values where they are named: what a markup must hold for a rule to mean something. */
function namesIn(selector: string): string[] {
  return [...selector.replaceAll(/:not\([^)]*\)/g, "").matchAll(/\.([\w-]+)|\[([^\]]+)\]/g)].map(
    ([, className, attribute]) => className ?? attribute ?? "",
  );
}

/** The custom properties that rules need, and those that these need in turn, as `:root` declares them. */
function propertiesFor(rules: readonly Rule[], tokens: readonly Rule[]): string[] {
  const root = tokens.find(({ selector }) => selector === ":root")?.body ?? "";
  const declared = new Map(
    root.split(";").map((declaration) => [declaration.split(":")[0] ?? "", declaration]),
  );
  const needed = new Set<string>();
  const need = (text: string) => {
    for (const [, name = ""] of text.matchAll(/var\((--[\w-]+)\)/g)) {
      const declaration = declared.get(name);
      if (declaration === undefined || needed.has(name)) continue;
      needed.add(name);
      need(declaration);
    }
  };
  for (const { body } of rules) need(body);
  return [...declared].filter(([name]) => needed.has(name)).map(([, declaration]) => declaration);
}

function readStyle(name: string): string {
  return readFileSync(new URL(name, STYLES), "utf8");
}

function folded(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
