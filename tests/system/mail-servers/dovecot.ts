import {
  chmodSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { freePort } from "@mailwright/launcher/ports.ts";
import { type DebianPrograms, debianPrograms } from "@mailwright/testing";
import { type MailServer, makeHome, runServer, writeCertificate } from "./mail-server.ts";

const PACKAGES = ["dovecot-core", "dovecot-imapd"];
const PROGRAMS = ["usr/sbin/dovecot", "usr/bin/doveconf", "usr/lib/dovecot/imap"];

/** It insists on accounts that the machine has, and looks for them where no wrapper can make any up. */
const NOBODY = 65_534;

export function dovecotPrograms(): Promise<DebianPrograms> {
  return debianPrograms(PACKAGES, PROGRAMS);
}

/** `port` takes plain connections and STARTTLS, `tlsPort` TLS from the first byte. */
export interface Dovecot extends MailServer {
  tlsPort: number;
}

/** Dovecot of Debian: an IMAP server where every user has an empty mailbox and this password. */
export async function startDovecot(programs: DebianPrograms, password: string): Promise<Dovecot> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(makeHome(NOBODY));
  const port = freePort();
  const tlsPort = freePort();
  const { folder, libraryPath } = programs;
  stack.use(moveModules(folder));
  const { certificate, key } = writeCertificate(home);
  const log = join(home.folder, "log");
  const libraries = `${join(folder, "usr/lib/dovecot")}:${libraryPath}`;
  const env = { LD_LIBRARY_PATH: libraries };
  const { uid, gid } = home.account;
  const user = nameOf("passwd", uid);
  const group = nameOf("group", gid);
  const config = home.write(
    "dovecot.conf",
    `
base_dir = ${home.makeFolder("run", 0o755)}
state_dir = ${home.makeFolder("state", 0o755)}
libexec_dir = ${folder}/usr/lib/dovecot
mail_plugin_dir = ${folder}/usr/lib/dovecot/modules
import_environment = LD_LIBRARY_PATH=${libraries}
log_path = ${log}
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${certificate}
ssl_key = <${key}
disable_plaintext_auth = no
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
first_valid_uid = 1
mail_location = maildir:${home.makeFolder("mail")}/%u
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${home.folder}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
service anvil {
  chroot =
}
`,
  );
  // Started by itself it would look for doveconf where it would be installed.
  const dovecot = join(folder, "usr/sbin/dovecot");
  const doveconf = [join(folder, "usr/bin/doveconf"), "-f", "service=master", "-c", config];
  const command = [...doveconf, "-m", "master", "-p", "-e", dovecot, "-F", "-c", config];
  stack.use(await runServer(home, port, command, env));
  const running = stack.move();
  return {
    port,
    tlsPort,
    log: () => Bun.file(log).text(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Where its libraries look for more of them, whatever is set: it was written into them when they were made. */
const MODULES = "/usr/lib/dovecot/modules";

/** Has the libraries look where they were unpacked, by a link whose path is as long as the one that stands in them. */
function moveModules(folder: string): Disposable {
  const base = mkdtempSync("/tmp/dv");
  const link = join(base, "d");
  symlinkSync(join(folder, "usr/lib/dovecot/modules"), link);
  chmodSync(base, 0o755);
  const path = link.replace("/tmp/", `/tmp${"/".repeat(MODULES.length - link.length + 1)}`);
  let moved = 0;
  for (const library of globSync("usr/lib/dovecot/*.so.0.0.0", { cwd: folder })) {
    const file = join(folder, library);
    const bytes = readFileSync(file);
    const at = bytes.indexOf(`${MODULES}\0`);
    if (at === -1) continue;
    bytes.write(path, at, "latin1");
    writeFileSync(file, bytes);
    moved++;
  }
  // A second server of the same programs would look into the folder of the first.
  if (moved === 0) throw new Error("no library of Dovecot names the folder of its modules");
  return { [Symbol.dispose]: () => rmSync(base, { recursive: true }) };
}

function nameOf(file: "passwd" | "group", id: number): string {
  const { stdout } = Bun.spawnSync(["getent", file, String(id)]);
  const [name = ""] = stdout.toString().split(":");
  if (name === "") throw new Error(`${file} knows no ${id}`);
  return name;
}
