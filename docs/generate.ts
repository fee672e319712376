// `bun docs/generate.ts` writes the pages that are made from the sources; `--check` says which of them are out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { configurationPage } from "./generators/configuration.ts";
import { faultsPage } from "./generators/faults.ts";
import { gatewaysPage } from "./generators/gateways.ts";
import { machineDrawing, machinePage } from "./generators/machine.ts";
import { routesPage } from "./generators/routes.ts";
import { schemaPage } from "./generators/schema.ts";

const ROOT = resolve(import.meta.dir, "..");

/** Each page by its path, and what makes it. The same sources make the same text. */
const PAGES: Record<string, () => string | Promise<string>> = {
  "docs/machines/email.svg": machineDrawing,
  "docs/machines/email.md": machinePage,
  "docs/routes.md": routesPage,
  "docs/configuration.md": configurationPage,
  "docs/gateways.md": gatewaysPage,
  "docs/schema.md": schemaPage,
  "docs/faults.md": faultsPage,
};

/** Every page as it should stand. */
export async function generate(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for (const [path, make] of Object.entries(PAGES)) pages.set(path, formatted(path, await make()));
  return pages;
}

/** As `bun fmt` would have it, so that the two never undo each other. */
function formatted(path: string, text: string): string {
  if (!path.endsWith(".md")) return text;
  const command = [process.execPath, "fmt", "--no-script", `--stdin-filepath=${path}`];
  const run = Bun.spawnSync(command, { cwd: ROOT, stdin: Buffer.from(text), stderr: "inherit" });
  if (!run.success) throw new Error(`${path} could not be formatted`);
  return run.stdout.toString();
}

function standing(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const changed = [...(await generate())].filter(([path, text]) => standing(path) !== text);
  if (process.argv.includes("--check")) {
    for (const [path] of changed)
      console.error(`${path} is out of date: run \`bun docs/generate.ts\``);
    process.exit(changed.length > 0 ? 1 : 0);
  }
  for (const [path, text] of changed) {
    writeFileSync(join(ROOT, path), text);
    console.log(path);
  }
}
