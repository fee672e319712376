import { type Import, isTest, type Source } from "./sources.ts";

/** What a file of a feature is, told by its name: `routes.tsx`, `token-routes.tsx`, `api.ts`, ... and any other noun. */
export type Layer = "routes" | "forms" | "domain" | "queries" | "views";

interface Place {
  app: string;
  feature: string;
  layer: Layer;
}

/** Where a file stands, if it stands in a feature. */
export function placeOf(path: string): Place | undefined {
  const [, app, feature, file] =
    /^apps\/([a-z_]+)\/src\/features\/([a-z-]+)\/(.+)$/.exec(path) ?? [];
  if (app === undefined || feature === undefined || file === undefined) return undefined;
  const name = file.replace(/\.tsx?$/, "");
  const word = /(?:^|[-/])(routes|api|forms|queries|views)$/.exec(name)?.[1] ?? "domain";
  return { app, feature, layer: word === "api" ? "routes" : (word as Layer) };
}

/**
 * Imports run one way: what each layer may take from its own feature. `pure` is a domain file that asks no query: words,
 * limits, arithmetic. Types may be taken from the domain by everyone.
 */
const MAY_IMPORT: Record<Layer, (Layer | "pure")[]> = {
  routes: ["routes", "forms", "domain", "views"],
  forms: ["forms", "pure"],
  domain: ["domain", "queries"],
  queries: ["queries", "pure"],
  views: ["views", "pure"],
};

/** The folders of an app that know no feature, and the layers that may use each of them as more than a type. */
const FOUNDATIONS: Record<string, Layer[]> = {
  db: ["queries"],
  http: ["routes"],
  ui: ["routes", "views"],
};

/** Files in them that more layers may use, and why. */
const OPEN_TO: Record<string, Layer[]> = {
  // The table of roles and permissions: policy, not HTTP.
  "http/access.ts": ["routes", "forms", "domain", "queries", "views"],
  // What every form is made of.
  "http/forms.ts": ["routes", "forms"],
  // Which transactions are worth another try is for the verb to say that begins them.
  "db/retry.ts": ["domain", "queries"],
  // What a refusal of Postgres means is for the verb to say that it is an outcome of.
  "db/sqlstate.ts": ["domain", "queries"],
  // And how long somebody waits for it.
  "db/within.ts": ["domain", "queries"],
  "db/statement-timeout.ts": ["domain", "queries"],
  // Which texts Postgres can keep at all.
  "db/storable.ts": ["domain", "queries"],
  // And what of them may name nobody any more.
  "db/erased-text.ts": ["domain", "queries"],
  // The query of a list of the API is checked like a form.
  "http/paging.ts": ["routes", "forms"],
  "http/sorting.ts": ["routes", "forms"],
};

/** One-off permissions, each with its reason. */
const PERMITTED: Record<string, string> = {
  "apps/web/src/features/accounts/sign-in.ts -> apps/web/src/db/schema/accounts.ts":
    "better-auth's adapter is handed the tables, and asks its own queries",
};

/** Why a file of a feature may not import what it imports; undefined if it may. `isPure` is asked of domain files. */
export function layerFault(
  { path }: Source,
  { target, typeOnly }: Import,
  isPure: (path: string) => boolean,
): string | undefined {
  const from = placeOf(path);
  if (!from || isTest(path) || `${path} -> ${target}` in PERMITTED) return undefined;
  const to = placeOf(target);
  if (to) return featureFault(from, to, typeOnly, () => isPure(target));
  const [, folder = "", rest] =
    new RegExp(`^apps/${from.app}/src/(db|http|ui)/(.+)$`).exec(target) ?? [];
  const layers = OPEN_TO[`${folder}/${rest}`] ?? FOUNDATIONS[folder];
  return typeOnly || !layers || layers.includes(from.layer)
    ? undefined
    : `${from.layer} may not use ${folder}/`;
}

function featureFault(from: Place, to: Place, typeOnly: boolean, isPure: () => boolean) {
  if (from.feature !== to.feature && to.layer !== "domain") {
    return "of another feature, only a domain file";
  }
  if (typeOnly && to.layer === "domain") return undefined;
  const may = MAY_IMPORT[from.layer];
  if (may.includes(to.layer)) return undefined;
  if (!may.includes("pure") || to.layer !== "domain") {
    return `${from.layer} may not import ${to.layer}`;
  }
  return isPure()
    ? undefined
    : `${from.layer} may take types, and from a file without queries more`;
}

/** Why a file that stands under no feature may not import what it imports; undefined if it may. */
export function foundationFault({ path }: Source, { target }: Import): string | undefined {
  const folder = /^apps\/[a-z_]+\/src\/(db|http|ui)\//.exec(path)?.[1];
  return folder !== undefined && !isTest(path) && placeOf(target)
    ? `${folder}/ knows no feature`
    : undefined;
}

/** Why a package or an app may not import from another one; undefined if it may. */
export function houseFault({ path }: Source, { target }: Import): string | undefined {
  const [, kind, name] = /^(apps|packages)\/([a-z_]+)\//.exec(path) ?? [];
  const [, app] = /^apps\/([a-z_]+)/.exec(target) ?? [];
  if (kind === undefined || app === undefined || isTest(path)) return undefined;
  // It starts the servers of tests just as the product starts its own.
  if (kind === "packages" && name === "testing" && app === "launcher") return undefined;
  if (kind === "packages") return "packages never import apps";
  return name === app ? undefined : "apps never import each other";
}
