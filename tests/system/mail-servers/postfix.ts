import { join } from "node:path";
import { freePort } from "@mailwright/launcher/ports.ts";
import type { DebianPrograms } from "@mailwright/testing";
import {
  madeUpAccounts,
  madeUpRights,
  type MailServer,
  makeHome,
  runServer,
  writeCertificate,
} from "./mail-server.ts";

const QUEUES = "active bounce corrupt defer deferred flush incoming hold private saved trace".split(
  " ",
);

/** Postfix of Debian: takes what this machine hands over, and hands it on to `nextHop`. It knows no passwords. */
export async function startPostfix(programs: DebianPrograms, nextHop: number): Promise<MailServer> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(makeHome());
  const port = freePort();
  const daemons = join(programs.folder, "usr/lib/postfix/sbin");
  const queue = home.makeFolder("queue", 0o755);
  for (const name of QUEUES) home.makeFolder(`queue/${name}`);
  for (const name of ["pid", "public", "maildrop"]) home.makeFolder(`queue/${name}`, 0o711);
  const data = home.makeFolder("data");
  const log = join(home.folder, "log");
  const { certificate, key } = writeCertificate(home);
  const env: Record<string, string> = {
    ...madeUpRights(programs, madeUpAccounts(programs, home, ["postfix", "postdrop"])),
    MAIL_CONFIG: home.folder,
  };
  home.write(
    "main.cf",
    `
compatibility_level = 3.6
myhostname = mx.example.org
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = ${queue}
data_directory = ${data}
command_directory = ${programs.folder}/usr/sbin
daemon_directory = ${daemons}
shlib_directory = no
meta_directory = ${home.folder}
mail_owner = postfix
setgid_group = postdrop
default_privs = nobody
import_environment = ${Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}
maillog_file = ${log}
maillog_file_prefixes = /
message_size_limit = 200000
relayhost = [127.0.0.1]:${nextHop}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_tls_security_level = may
smtpd_tls_chain_files = ${key} ${certificate}
smtpd_relay_restrictions =
smtpd_recipient_restrictions =
  check_recipient_access inline:{{unknown@example.org = 550 5.1.1 no such mailbox}, {later@example.org = 450 4.7.1 slow down}}
  permit_mynetworks
  reject
`,
    0o644,
  );
  home.write("master.cf", services(port), 0o644);
  const command = [join(daemons, "master"), "-c", home.folder, "-d"];
  stack.use(await runServer(home, port, command, env));
  const owned = stack.move();
  return {
    port,
    log: () => Bun.file(log).text(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Every service that a relay needs, none of them in a prison of its own (master(5)). */
function services(port: number): string {
  return `
127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}
