import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export const ROOT = resolve(import.meta.dir, "../..");

/** One file of the project, by its path from the project's folder. */
export interface Source {
  path: string;
  text: string;
}

export interface Import {
  /** As it is written. */
  specifier: string;
  /** The file it leads to, from the project's folder; the package's name if it leads out of it. */
  target: string;
  /** Whether nothing is left of it when the types are taken away. */
  typeOnly: boolean;
}

/** What is not written by us: it is held to its own project's rules. */
const FOREIGN = /(^|\/)(node_modules|vendor|\.mailwright)\//;

/** Every file of ours that fits the pattern. */
export function readSources(pattern: RegExp): Source[] {
  return projectFiles()
    .filter((path) => pattern.test(path) && !FOREIGN.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

let files: string[] | undefined;
function projectFiles(): string[] {
  files ??= Array.from(
    new Bun.Glob("{apps,packages,tests,docs}/**/*").scanSync({ cwd: ROOT, followSymlinks: false }),
  ).toSorted();
  return files;
}

/** `import type` and `import { type A }` alike are dropped by the transpiler, so the text is read as well as scanned. */
const STATEMENT =
  /(?:^|[;\n])[ \t]*(?:import|export)(?:\s+(type)\b(?!\s*(?:,|from)))?\s*([^"'`;()=]*?)\s*(?:from\s*)?["']([^"'\n]+)["']/g;
const CALL = /\bimport\(\s*["']([^"'\n]+)["']/g;

/** What a file imports, in the order in which it does; dynamic imports come last. */
export function importsOf({ path, text }: Source): Import[] {
  const statements = [...text.matchAll(STATEMENT)].map(([, type, names = "", specifier = ""]) => ({
    specifier,
    target: targetOf(path, specifier),
    typeOnly: type !== undefined || onlyTypes(names),
  }));
  const calls = [...text.matchAll(CALL)].map(([, specifier = ""]) => ({
    specifier,
    target: targetOf(path, specifier),
    typeOnly: false,
  }));
  return [...statements, ...calls];
}

function onlyTypes(names: string): boolean {
  const listed = /^\{([^}]*)\}$/.exec(names.trim())?.[1]?.split(",");
  const each = listed?.map((name) => name.trim()).filter((name) => name !== "") ?? [];
  return each.length > 0 && each.every((name) => name.startsWith("type "));
}

function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith(".")) {
    return relative(ROOT, resolve(join(ROOT, dirname(path)), specifier));
  }
  const [, name, rest] = /^@mailwright\/([a-z_]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  if (name === undefined) return specifier;
  const folder = APPS.has(name) ? "apps" : "packages";
  return `${folder}/${name}${rest === undefined ? "" : `/src/${rest}`}`;
}

const APPS = new Set(["web", "email_client", "gateway_mock", "launcher"]);

export function isTest(path: string): boolean {
  return (
    /\.(test|e2e)\.tsx?$/.test(path) || path.startsWith("tests/") || path.includes("/fixtures/")
  );
}
