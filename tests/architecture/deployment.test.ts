import { describe, expect, test } from "bun:test";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readEmailClientConfig } from "@mailwright/email_client/config.ts";
import { readGatewayMockConfig } from "@mailwright/gateway_mock/config.ts";
import { type ConfigSource, LOG_LEVELS } from "@mailwright/platform";
import { readWebConfig } from "@mailwright/web/config.ts";
import { RUNTIME } from "@mailwright/launcher/apps.ts";
import { readSettings } from "@mailwright/launcher/settings.ts";
import { VARIABLES } from "../../docs/generators/variables.ts";
import { importsOf, isTest, readSources, ROOT } from "./sources.ts";

interface Service {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: string[] | Record<string, unknown>;
}

const READERS: Record<string, (source: ConfigSource) => object> = {
  web: readWebConfig,
  email_client: readEmailClientConfig,
  gateway_mock: readGatewayMockConfig,
};
const KEYS = `k1:${Buffer.alloc(32).toString("base64")}`;
/** What an administrator sets for `docker-compose.yml`. */
const GIVEN: Record<string, string> = {
  DATABASE_URL: "postgres://user:password@db.example.com/mailwright",
  REDIS_URL: "redis://default:password@redis.example.com:6379",
  WEB_URL: "https://mail.example.com",
  SERVICE_KEYS: KEYS,
  CREDENTIALS_KEYS: KEYS,
};
const SECRET = /KEYS|PASSWORD|SECRET|^DATABASE_URL$|^REDIS_URL$/;
const COMPOSE_FILES = globSync("docker-compose*.yml", { cwd: ROOT }).toSorted();

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const dockerfile = read("Dockerfile");
const { workspaces, packageManager, patchedDependencies } = JSON.parse(read("package.json")) as {
  workspaces: { packages: string[] };
  packageManager: string;
  patchedDependencies: Record<string, string>;
};

function servicesOf(file: string): Record<string, Service> {
  return (Bun.YAML.parse(read(file)) as { services: Record<string, Service> }).services;
}

/** A value as compose hands it on, where nothing but what has to be set is set. */
function interpolated(value: string): string {
  return value.replace(/\$\{([A-Z_]+):([?-])([^}]*)\}/g, (_, name, kind, fallback) =>
    kind === "?" ? (GIVEN[name] ?? "") : fallback,
  );
}

test("there are three compose files", () => {
  expect(COMPOSE_FILES).toEqual([
    "docker-compose.mock.yml",
    "docker-compose.test.yml",
    "docker-compose.yml",
  ]);
});

describe.each(COMPOSE_FILES)("%s", (file) => {
  const services = servicesOf(file);
  const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);

  test("sets nothing that its app does not read, and all that the app cannot start without", () => {
    expect(ours.map(([name]) => name)).toContain("web");
    for (const [name, { environment = {}, command }] of ours) {
      const known = new Set<string>(
        VARIABLES[name as keyof typeof VARIABLES].map((each) => each.name),
      );
      expect(Object.keys(environment).filter((each) => !known.has(each))).toEqual([]);
      const values = Object.entries(environment).map(([key, value]) => [key, interpolated(value)]);
      expect(READERS[name]?.(Object.fromEntries(values) as ConfigSource)).toBeObject();
      if (command) expect(command).toEqual(["bun", `apps/${name}/src/main.ts`]);
    }
  });

  test("calls and waits for services that it has, on the ports that they listen on", () => {
    const there = new Set([
      ...Object.keys(services),
      ...ours.map(([name, { environment }]) => `${name}:${environment?.["PORT"]}`),
    ]);
    for (const { environment = {}, depends_on: awaited = [] } of Object.values(services)) {
      const called = Object.values(environment).flatMap(
        (value) => /^http:\/\/(?!localhost)([a-z_]+:\d+)/.exec(value)?.[1] ?? [],
      );
      const wanted = [...called, ...(Array.isArray(awaited) ? awaited : Object.keys(awaited))];
      expect(wanted.filter((each) => !there.has(each))).toEqual([]);
    }
  });

  test("names a version of every image that is not built here", () => {
    const wanted = Object.values(services).filter(({ build }) => build === undefined);
    expect(wanted.filter(({ image }) => !/^[a-z]+:\d[\w.-]*$/.test(image))).toEqual([]);
    const built = ours.map(([, { build, image }]) => [build, image]);
    expect(built).toEqual(ours.map(() => [".", "mailwright"]));
  });
});

test("whatever an app reads can be set for what is deployed, but for what the image sets as `bun start` does", () => {
  const { web, email_client: emailClient } = servicesOf("docker-compose.yml");
  for (const [app, service] of Object.entries({ web, email_client: emailClient }))
    expect(Object.keys(service?.environment ?? {}).toSorted()).toEqual(
      VARIABLES[app as "web" | "email_client"]
        .map(({ name }) => name as string)
        .filter((name) => !(name in RUNTIME))
        .toSorted(),
    );
  for (const [name, value] of Object.entries(RUNTIME))
    expect(dockerfile).toMatch(new RegExp(`^ENV .*\\b${name}=${value}\\b`, "m"));
});

test("every program takes every level of the log, for one value is handed to all of them", () => {
  const readers = [...Object.values(READERS), (source: ConfigSource) => readSettings(source, ROOT)];
  const taken = readers.map((reader) =>
    LOG_LEVELS.map((level) => reader({ ...GIVEN, LOG_LEVEL: level })),
  );
  expect(taken).toMatchObject(readers.map(() => LOG_LEVELS.map((logLevel) => ({ logLevel }))));
});

test("what is deployed has no secret of ours", () => {
  const secrets = Object.values(servicesOf("docker-compose.yml"))
    .flatMap(({ environment = {} }) => Object.entries(environment))
    .filter(([name]) => SECRET.test(name));
  expect(secrets.length).toBeGreaterThan(3);
  for (const [name, value] of secrets) expect([`\${${name}:?}`, `\${${name}:-}`]).toContain(value);
});

test("the image installs every workspace with its patches, by the Bun that package.json names", () => {
  const patterns = workspaces.packages.map((each) => `${each}/package.json`);
  const manifests = globSync(patterns, { cwd: ROOT });
  expect(manifests.length).toBeGreaterThan(10);
  const copied = dockerfile.matchAll(/^COPY (\S+\/package\.json) (\S+)\/$/gm);
  expect([...copied].map(([, from, to]) => [from, to]).toSorted()).toEqual(
    manifests.toSorted().map((path) => [path, dirname(path)]),
  );
  for (const patch of Object.values(patchedDependencies)) {
    expect(existsSync(join(ROOT, patch))).toBe(true);
    expect(dockerfile).toContain(`\nCOPY ${dirname(patch)} ${dirname(patch)}\n`);
  }
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  expect([...new Set(bases)]).toEqual([`oven/${packageManager.replace("@", ":")}-slim`]);
});

test("a container runs as nobody in particular and tells its health", () => {
  const [, image = ""] = dockerfile.split(/^FROM .*(?<!AS install)$/m);
  expect(image).toMatch(/^USER (?!root|0)\w+$/m);
  expect(image).toMatch(/^HEALTHCHECK .*\\\n {2}CMD .*\/readyz/m);
  expect(image).toEndWith('\nCMD ["bun", "apps/web/src/main.ts"]\n');
  for (const folder of ["apps", "packages", "drizzle"])
    expect(image).toContain(`\nCOPY ${folder} ${folder}\n`);
});

test("nothing in the image imports what .dockerignore keeps out of it", () => {
  const kept = /^apps\/(launcher|[a-z_]+\/src\/testing)\b|^packages\/testing\b/;
  const sources = readSources(/\.tsx?$/).filter(
    ({ path }) => /^(apps|packages)\//.test(path) && !isTest(path) && !kept.test(path),
  );
  expect(sources.length).toBeGreaterThan(100);
  const lost = sources.flatMap((source) =>
    importsOf(source)
      .filter(({ target, typeOnly }) => !typeOnly && (kept.test(target) || isTest(target)))
      .map(({ target }) => `${source.path}: ${target}`),
  );
  expect(lost).toEqual([]);
});
