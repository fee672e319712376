import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

// This runs before anything is installed: it imports nothing but what Bun brings.

const OLDEST_BUN = "1.4.4";

/**
 * Installs the packages that bun.lock names unless that was done already; answers with what went wrong, for the person
 * at the terminal. A fingerprint of the lockfile and the manifests, left in node_modules, says what was done last.
 */
export function install(root: string): string | undefined {
  if (Bun.semver.order(Bun.version, OLDEST_BUN) < 0) {
    return `Mailwright needs Bun ${OLDEST_BUN} or newer and this is ${Bun.version}: npx -y bun@${OLDEST_BUN} start`;
  }
  const stamp = join(root, "node_modules", ".mailwright-installed");
  const manifests = findManifests(root);
  const wanted = fingerprint(root, manifests);
  if (hasModules(root, manifests) && readIfThere(stamp) === wanted) return undefined;

  console.log("Installing packages");
  const result = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile"], {
    cwd: root,
    stdin: "ignore",
  });
  if (!result.success) {
    return `The packages could not be installed. bun install said\n${result.stdout}${result.stderr}`;
  }
  writeFileSync(stamp, wanted);
  return undefined;
}

function findManifests(root: string): string[] {
  const workspaces = globSync(["apps/*/package.json", "packages/*/package.json"], { cwd: root });
  return ["package.json", "tests/package.json", ...workspaces.toSorted()];
}

function fingerprint(root: string, manifests: string[]): string {
  const hash = createHash("sha256").update(Bun.version);
  for (const file of ["bun.lock", ...manifests]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** Each workspace that depends on something has a node_modules of its own, and `git clean` may have taken it away. */
function hasModules(root: string, manifests: string[]): boolean {
  return manifests.every((file) => {
    const { dependencies } = JSON.parse(readFileSync(join(root, file), "utf8")) as {
      dependencies?: object;
    };
    return !dependencies || existsSync(join(root, dirname(file), "node_modules"));
  });
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
