import { globSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { StartError } from "./start-error.ts";

/** Where the system's own tools are. */
const SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin";

/** Libraries of libraries of libraries; more rounds than that mean that something else is wrong. */
const LIBRARY_ROUNDS = 4;

/**
 * apt-get without rights: it reads the system's package lists, or lists of its own below the folder after `update`, and
 * unpacks into the folder. What cannot be had is told with what apt-get said: `what` is missing, and `advice` says what
 * to do about it.
 */
export class Apt {
  private options = ["-q", "-o", "APT::Sandbox::User=root"];
  private readonly downloads: string;

  constructor(
    private readonly folder: string,
    private readonly what: string,
    private readonly advice: string,
  ) {
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
      `${this.what} is not installed and could not be fetched. apt-get said\n${update.output.trim()}\n${this.advice}`,
    );
  }

  private async fetch(names: string[]): Promise<void> {
    const { success, output } = await this.download(names);
    if (success) return;
    throw new StartError(
      `Libraries that ${this.what} needs could not be fetched. apt-get said\n${output.trim()}\n${this.advice}`,
    );
  }

  /** Fetches the libraries that programs in the folder lack on this system; `packages` are those fetched already. */
  async fetchMissingLibraries(packages: string[], programs: () => string[]): Promise<void> {
    const fetched = new Set(packages);
    for (let round = 0; round < LIBRARY_ROUNDS && this.lacksLibraries(programs()); round++) {
      const wanted = (await this.dependencies([...fetched])).filter(
        (name) => name.startsWith("lib") && !fetched.has(name) && !isInstalled(name),
      );
      if (wanted.length === 0) return;
      await this.fetch(wanted);
      for (const name of wanted) fetched.add(name);
    }
  }

  clean() {
    rmSync(this.downloads, { recursive: true, force: true });
  }

  private lacksLibraries(programs: string[]): boolean {
    if (programs.length === 0) return false;
    const { stdout } = Bun.spawnSync(["ldd", ...programs], {
      env: { PATH: SYSTEM_PATH, LC_ALL: "C", LD_LIBRARY_PATH: libraryFolders(this.folder) },
    });
    return stdout.toString().includes("not found");
  }

  /** The packages that others depend on directly. */
  private async dependencies(names: string[]): Promise<string[]> {
    const { output } = await this.run(["apt-cache", "depends", "--important", ...names]);
    return [...output.matchAll(/^ +\|?(?:Pre)?Depends: ([a-z0-9.+-]+)/gm)].map(
      ([, name = ""]) => name,
    );
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

function isInstalled(name: string): boolean {
  const query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name];
  return Bun.spawnSync(query, { env: { PATH: SYSTEM_PATH } }).stdout.toString() === "installed";
}

/** Folders for the dynamic linker, of the libraries that were unpacked below a folder. */
export function libraryFolders(folder: string): string {
  const libraries = globSync(["lib/**/*.so*", "usr/lib/**/*.so*"], { cwd: folder });
  return [...new Set(libraries.map((file) => join(folder, dirname(file))))].join(":");
}
