import { chmodSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Apt, libraryFolders } from "@mailwright/launcher/apt.ts";

/** Debian packages as they were unpacked, installed nowhere: they are gone when it is disposed. */
export interface DebianPrograms extends Disposable {
  folder: string;
  /** Where the dynamic linker finds their libraries. */
  libraryPath: string;
}

/**
 * Downloads Debian packages and unpacks them with the libraries that `programs` in them lack. Nothing is installed and no
 * root is needed, so packages that cannot be installed side by side can be had together.
 */
export async function debianPrograms(
  packages: string[],
  programs: string[],
): Promise<DebianPrograms> {
  const folder = mkdtempSync(join(tmpdir(), "mailwright-debian-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    // Programs that run without root's rights have to be able to read them.
    chmodSync(folder, 0o755);
    const apt = new Apt(folder, packages.join(", "), "These tests need a Debian mirror.");
    if ((await apt.fetchFirst([packages])) === undefined) {
      await apt.updateAndFetchFirst([packages]).catch(async () => {
        // Mirrors are in the middle of an update now and then.
        await Bun.sleep(10_000);
        return apt.updateAndFetchFirst([packages]);
      });
    }
    const paths = programs.map((program) => join(folder, program));
    await apt.fetchMissingLibraries(packages, () => paths);
    apt.clean();
    // To a program that brings rights of its own the linker gives no libraries of ours, and it shall have none.
    for (const program of globSync("usr/{bin,sbin}/*", { cwd: folder })) {
      const path = join(folder, program);
      if (existsSync(path)) chmodSync(path, 0o755);
    }
    return { folder, libraryPath: libraryFolders(folder), [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}
