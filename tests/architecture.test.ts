import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isHtmxAttribute } from "@mailwright/html";
import { foundationFault, houseFault, layerFault, placeOf } from "./architecture/layers.ts";
import {
  type Import,
  importsOf,
  isTest,
  readSources,
  ROOT,
  type Source,
} from "./architecture/sources.ts";

const code = readSources(/\.tsx?$/);
const written = readSources(/\.(tsx?|js|css|lua|sh)$/);

/** Files that may be longer than 300 lines, each with its reason. */
const LONG_FILES: Record<string, string> = {};

/** Files that may vouch for markup, each with its reason. */
const VOUCHERS: Record<string, string> = {};

/**
 * Checks a rule on files and lists its faults. A rule that read nothing has found nothing, which must never look like
 * having found nothing wrong.
 */
function hold(rule: string, sources: Source[], faultsOf: (source: Source) => string[]): void {
  const faults = sources.flatMap((source) =>
    faultsOf(source).map((fault) => `${source.path}: ${fault}`),
  );
  console.log(`architecture: ${rule}: ${sources.length} files`);
  expect(sources.length).toBeGreaterThan(0);
  expect(faults).toEqual([]);
}

function holdForImports(
  rule: string,
  sources: Source[],
  faultOf: (source: Source, each: Import) => string | undefined,
): void {
  hold(rule, sources, (source) =>
    importsOf(source).flatMap((each) => {
      const fault = faultOf(source, each);
      return fault === undefined ? [] : [`imports ${each.specifier}: ${fault}`];
    }),
  );
}

test("the rules see every import that Bun sees", () => {
  const transpilers = {
    ts: new Bun.Transpiler({ loader: "ts" }),
    tsx: new Bun.Transpiler({ loader: "tsx" }),
  };
  hold("imports are read", code, (source) => {
    const seen = new Set(importsOf(source).map(({ specifier }) => specifier));
    // Whatever the JSX runtime is, the scan says that a page imports React.
    const unread = (path: string) => !seen.has(path) && !/^react(\/|$)/.test(path);
    return transpilers[source.path.endsWith("x") ? "tsx" : "ts"]
      .scanImports(source.text)
      .map(({ path }) => path)
      .filter(unread)
      .map((path) => `the import of ${path} was not read`);
  });
});

test("packages never import apps, and apps never import each other", () => {
  const houses = code.filter(({ path }) => /^(apps|packages)\//.test(path));
  holdForImports("apps and packages", houses, houseFault);
});

test("in a feature imports run from routes to views and domain, and from there to queries", () => {
  const features = code.filter(({ path }) => placeOf(path));
  const withQueries = new Set(
    features
      .filter((source) => importsOf(source).some(({ target }) => asksQueries(target)))
      .map(({ path }) => path),
  );
  holdForImports("layers of features", features, (source, each) =>
    layerFault(source, each, (path) => !withQueries.has(path)),
  );
});

function asksQueries(target: string): boolean {
  return placeOf(target)?.layer === "queries" || /^apps\/[a-z_]+\/src\/db\//.test(target);
}

test("http, ui and db know no feature", () => {
  const foundations = code.filter(({ path }) => /^apps\/[a-z_]+\/src\/(db|http|ui)\//.test(path));
  holdForImports("foundations", foundations, foundationFault);
});

test("a file has at most 300 lines, but for those with a reason", () => {
  hold("length", written, ({ path, text }) => {
    const lines = text.split("\n").length - 1;
    if (lines > 300 && !(path in LONG_FILES)) return [`has ${lines} lines`];
    return lines <= 300 && path in LONG_FILES ? ["is short enough: take it off the list"] : [];
  });
});

test("nothing is called utils, helpers or misc", () => {
  hold("names", written, ({ path }) =>
    path.split(/[/.]/).filter((part) => /^(.+-)?(utils?|helpers?|misc)(-.+)?$/.test(part)),
  );
});

test("markup is vouched for in listed places only", () => {
  const pages = code.filter(({ path }) => !path.startsWith("packages/html/") && !isTest(path));
  hold("trusted markup", pages, ({ path, text }) => {
    const calls = /\btrusted\s*\(/.test(text);
    if (calls && !(path in VOUCHERS)) return ["calls trusted() and is not on the list"];
    return !calls && path in VOUCHERS ? ["calls trusted() no more: take it off the list"] : [];
  });
});

test("every hx- attribute is one that htmx 4 has and that evaluates nothing", () => {
  const pages = code.filter(({ path }) => path.endsWith(".tsx") && !isTest(path));
  hold("hx- attributes", pages, ({ text }) =>
    [...text.matchAll(/(?<=[\s{"'])hx-[a-z:-]+(?=\s*[=:"'}\s/>])/g)]
      .map(([name]) => name)
      .filter((name) => !isHtmxAttribute(name)),
  );
});

test("no test is skipped, focused or left to be done", () => {
  const tests = code.filter(({ path }) => /\.(test|e2e|spec)\.tsx?$/.test(path));
  hold("skipped tests", tests, ({ path, text }) =>
    path.endsWith("architecture.test.ts")
      ? []
      : (text.match(/\b(?:test|it|describe)\.(?:skip|only|todo|skipIf|todoIf|if|fixme)\b/g) ?? []),
  );
});

test("the lockfile names no host, so that any mirror of the registry will do", () => {
  const path = "bun.lock";
  expect(existsSync(join(ROOT, path))).toBe(true);
  const lockfile = { path, text: readFileSync(join(ROOT, path), "utf8") };
  hold("lockfile", [lockfile], ({ text }) => text.match(/https?:\/\/[^"]*/g) ?? []);
});
