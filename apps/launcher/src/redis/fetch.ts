import { existsSync, globSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { StartError } from "../start-error.ts";

/** A Redis-compatible server program and where it finds its libraries. */
export interface RedisProgram {
  path: string;
  /** Folders for the dynamic linker, for a copy that is not installed. */
  libraryPath?: string;
}

/** The end of a sentence that says what is missing. */
export const ADVICE =
  "Install the package redis-server or valkey-server (apt, dnf or brew), or set REDIS_URL to a Redis of your own.";

/** What to ask the package manager for, best first. The server's own package may be no more than links into the other. */
const PACKAGES = [
  ["valkey-server", "valkey-tools"],
  ["redis-server", "redis-tools"],
];

/** Libraries of libraries of libraries; more rounds than that mean that something else is wrong. */
const LIBRARY_ROUNDS = 4;

/**
 * Downloads a Redis server as Debian packages and unpacks it into `folder` with the shared libraries that this system
 * lacks. Nothing is installed and no root is needed. Throws `StartError` with what the package manager said.
 */
export async function fetchRedis(folder: string): Promise<RedisProgram> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const apt = new Apt(unfinished);
  const packages = (await apt.fetchFirst(PACKAGES)) ?? (await apt.updateAndFetchFirst(PACKAGES));
  await fetchMissingLibraries(apt, unfinished, packages);
  apt.clean();
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);

  const program = extractedProgram(folder);
  if (program) return program;
  throw new StartError(
    `Redis was fetched with apt-get but cannot be executed from ${folder}. ${ADVICE}`,
  );
}

/** The server that was unpacked into a folder, if there is one and it runs on this system. */
export function extractedProgram(folder: string): RedisProgram | undefined {
  const path = serverIn(folder);
  if (path === undefined) return undefined;
  const libraryPath = libraryFolders(folder);
  const works = Bun.spawnSync([path, "--version"], {
    env: { LD_LIBRARY_PATH: libraryPath },
  }).success;
  return works ? { path, libraryPath } : undefined;
}

async function fetchMissingLibraries(apt: Apt, folder: string, packages: string[]) {
  const fetched = new Set(packages);
  for (let round = 0; round < LIBRARY_ROUNDS && lacksLibraries(folder); round++) {
    const wanted = (await apt.dependencies([...fetched])).filter(
      (name) => name.startsWith("lib") && !fetched.has(name) && !isInstalled(name),
    );
    if (wanted.length === 0) return;
    await apt.fetch(wanted);
    for (const name of wanted) fetched.add(name);
  }
}

function lacksLibraries(folder: string): boolean {
  const path = serverIn(folder);
  if (path === undefined) return false;
  const { stdout } = Bun.spawnSync(["ldd", path], {
    env: { PATH: SYSTEM_PATH, LC_ALL: "C", LD_LIBRARY_PATH: libraryFolders(folder) },
  });
  return stdout.toString().includes("not found");
}

function isInstalled(name: string): boolean {
  const query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name];
  return Bun.spawnSync(query, { env: { PATH: SYSTEM_PATH } }).stdout.toString() === "installed";
}

function serverIn(folder: string): string | undefined {
  return ["valkey-server", "redis-server"]
    .map((name) => join(folder, "usr", "bin", name))
    .find((path) => existsSync(path));
}

function libraryFolders(folder: string): string {
  const libraries = globSync(["lib/**/*.so*", "usr/lib/**/*.so*"], { cwd: folder });
  return [...new Set(libraries.map((file) => join(folder, dirname(file))))].join(":");
}

const SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin";

/** apt-get without rights: it reads the system's package lists, or lists of its own below the folder after `update`. */
class Apt {
  private options = ["-q", "-o", "APT::Sandbox::User=root"];
  private readonly downloads: string;

  constructor(private readonly folder: string) {
    this.downloads = join(folder, "apt");
    mkdirSync(this.downloads);
  }

  async fetchFirst(choices: string[][]): Promise<string[] | undefined> {
    for (const names of choices) {
      if ((await this.download(names)).success) return names;
    }
    return undefined;
  }

  /** The lists of a fresh container are empty, and those of an old machine name files that are gone. */
  async updateAndFetchFirst(choices: string[][]): Promise<string[]> {
    const lists = join(this.downloads, "lists");
    const archives = join(this.downloads, "cache", "archives");
    for (const directory of [lists, archives]) {
      mkdirSync(join(directory, "partial"), { recursive: true });
    }
    this.options.push("-o", `Dir::State::lists=${lists}`);
    this.options.push("-o", `Dir::Cache=${join(this.downloads, "cache")}`);
    const update = await this.run(["apt-get", "update"]);
    const names = await this.fetchFirst(choices);
    if (names) return names;
    throw new StartError(
      `Redis is not installed and could not be fetched. apt-get said\n${update.output.trim()}\n${ADVICE}`,
    );
  }

  async fetch(names: string[]): Promise<void> {
    const { success, output } = await this.download(names);
    if (success) return;
    throw new StartError(
      `Libraries that Redis needs could not be fetched. apt-get said\n${output.trim()}\n${ADVICE}`,
    );
  }

  /** The packages that others depend on directly. */
  async dependencies(names: string[]): Promise<string[]> {
    const { output } = await this.run(["apt-cache", "depends", "--important", ...names]);
    return [...output.matchAll(/^ +\|?(?:Pre)?Depends: ([a-z0-9.+-]+)/gm)].map(
      ([, name = ""]) => name,
    );
  }

  clean() {
    rmSync(this.downloads, { recursive: true, force: true });
  }

  private async download(names: string[]): Promise<{ success: boolean; output: string }> {
    const result = await this.run(["apt-get", "download", ...names]);
    if (!result.success) return result;
    for (const file of globSync("*.deb", { cwd: this.downloads })) {
      const archive = join(this.downloads, file);
      const unpacked = await this.run(["dpkg-deb", "-x", archive, this.folder], []);
      if (!unpacked.success) return unpacked;
      rmSync(archive);
    }
    return result;
  }

  private async run([program = "", ...rest]: string[], options = this.options) {
    const subprocess = Bun.spawn([program, ...options, ...rest], {
      cwd: this.downloads,
      env: { ...process.env, LC_ALL: "C", PATH: SYSTEM_PATH },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
    });
    const [output, errors, code] = await Promise.all([
      subprocess.stdout.text(),
      subprocess.stderr.text(),
      subprocess.exited,
    ]);
    return { success: code === 0, output: output + errors };
  }
}
