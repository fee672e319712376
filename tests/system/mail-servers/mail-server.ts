import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SELF_SIGNED } from "@mailwright/email_client/testing/self-signed.ts";
import { type Program, runProgram } from "@mailwright/launcher/program.ts";
import { type DebianPrograms, debianPrograms, until } from "@mailwright/testing";

/** What the two servers are made of, and what makes their accounts and rights up, so that they need none. */
const PACKAGES = ["postfix", "exim4-daemon-light", "libnss-wrapper", "libuid-wrapper"];
const PROGRAMS = ["usr/sbin/exim4", "usr/lib/postfix/sbin/master", "usr/lib/postfix/sbin/smtpd"];

export function mailServerPrograms(): Promise<DebianPrograms> {
  return debianPrograms(PACKAGES, PROGRAMS);
}

/** A server that takes messages at `port` and hands everything on to the next one. */
export interface MailServer extends AsyncDisposable {
  port: number;
  /** What it wrote into its log, for a test that fails. */
  log(): Promise<string>;
}

/** Where a server keeps what it has, and as whom it runs: never as root. */
export interface Home extends Disposable {
  folder: string;
  account: { uid: number; gid: number };
  /** Writes a file that the server may read. */
  write(name: string, text: string, mode?: number): string;
  /** Makes a folder that the server may write. */
  makeFolder(name: string, mode?: number): string;
}

const isRoot = process.getuid?.() === 0;
const STRANGER = 64_001;

/** `stranger`: whom the server runs as when we are root, by user and group id. */
export function makeHome(stranger = STRANGER): Home {
  const folder = mkdtempSync(join(tmpdir(), "mailwright-mail-"));
  const account = isRoot
    ? { uid: stranger, gid: stranger }
    : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const own = (path: string) => {
    if (isRoot) chownSync(path, account.uid, account.gid);
    return path;
  };
  own(folder);
  return {
    folder,
    account,
    write(name, text, mode = 0o600) {
      const path = join(folder, name);
      writeFileSync(path, text, { mode });
      return own(path);
    },
    makeFolder(name, mode = 0o700) {
      const path = join(folder, name);
      mkdirSync(path, { mode });
      return own(path);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The certificate for localhost and its key, as files. */
export function writeCertificate(home: Home): { certificate: string; key: string } {
  return {
    certificate: home.write("certificate.pem", SELF_SIGNED.cert),
    key: home.write("key.pem", SELF_SIGNED.key),
  };
}

/** Accounts of these names, of which the machine has none; the first is whom the server runs as. */
export function madeUpAccounts(
  { folder, libraryPath }: DebianPrograms,
  home: Home,
  [own = "", ...groups]: string[],
): Record<string, string> {
  const { uid, gid } = home.account;
  const users = [`root:x:0:0::/:/bin/sh`, `${own}:x:${uid}:${gid}::/:/bin/false`];
  const others = groups.map((name, index) => `${name}:x:${uid + 1 + index}:`);
  const nobody = `nobody:x:${uid + 99}:${uid + 99}::/:/bin/false`;
  const passwd = home.write("passwd", [...users, nobody, ""].join("\n"));
  const group = [`root:x:0:`, `${own}:x:${gid}:`, ...others, `nobody:x:${uid + 99}:`, ""].join(
    "\n",
  );
  return {
    LD_LIBRARY_PATH: libraryPath,
    LD_PRELOAD: libraryNamed(folder, "libnss_wrapper.so"),
    NSS_WRAPPER_PASSWD: passwd,
    NSS_WRAPPER_GROUP: home.write("group", group),
  };
}

/** Lets a server that insists on root's rights believe that it has them, and that it gives them up. */
export function madeUpRights(
  { folder }: DebianPrograms,
  accounts: Record<string, string>,
): Record<string, string> {
  const preload = [libraryNamed(folder, "libuid_wrapper.so"), accounts["LD_PRELOAD"]];
  return { ...accounts, LD_PRELOAD: preload.join(":"), UID_WRAPPER: "1", UID_WRAPPER_ROOT: "1" };
}

function libraryNamed(folder: string, name: string): string {
  const [found] = new Bun.Glob(`usr/lib/**/${name}`).scanSync(folder);
  if (found === undefined) throw new Error(`there is no ${name} in ${folder}`);
  return join(folder, found);
}

/** Runs a server with all its children until it is disposed. Resolves when it takes connections. */
export async function runServer(
  home: Home,
  port: number,
  command: string[],
  env: Record<string, string>,
): Promise<AsyncDisposable> {
  const program = runProgram({
    command,
    env,
    cwd: home.folder,
    ...(isRoot && { account: { ...home.account, name: "a stranger" } }),
    whenOrphaned: "SIGTERM",
  });
  await until(
    async () => {
      if (program.hasEnded) throw new Error(`it has ended: ${program.lastLines()}`);
      const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
      socket.end();
      return true;
    },
    { what: `${command[0]} to listen`, timeoutMs: 20_000 },
  );
  return { [Symbol.asyncDispose]: () => endGroup(program) };
}

/** What a server had begun it leaves to children, which would go on without it. */
async function endGroup(program: Program): Promise<void> {
  await program.stop([["SIGTERM", 5_000]]);
  await until(
    () => {
      try {
        return !process.kill(-program.pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
        throw error;
      }
    },
    { what: "the children of a mail server to be gone" },
  );
}
