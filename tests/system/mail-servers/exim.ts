import { join } from "node:path";
import { freePort } from "@mailwright/launcher/ports.ts";
import type { DebianPrograms } from "@mailwright/testing";
import {
  madeUpAccounts,
  type MailServer,
  makeHome,
  runServer,
  writeCertificate,
} from "./mail-server.ts";

/** Exim of Debian: takes what somebody who signs in hands over, and hands it on to `nextHop`. */
export async function startExim(
  programs: DebianPrograms,
  nextHop: number,
  password: string,
): Promise<MailServer> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(makeHome());
  const port = freePort();
  const { certificate, key } = writeCertificate(home);
  const spool = home.makeFolder("spool");
  const logs = home.makeFolder("log");
  const config = home.write(
    "exim.conf",
    `
primary_hostname = mx.example.org
exim_user = ${home.account.uid}
exim_group = ${home.account.gid}
spool_directory = ${spool}
log_file_path = ${logs}/%slog
pid_file_path = ${home.folder}/exim.pid
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
keep_environment =
host_lookup =
rfc1413_hosts =
deliver_drop_privilege
message_size_limit = 200K
smtp_accept_queue_per_connection = 0
tls_advertise_hosts = *
tls_certificate = ${certificate}
tls_privatekey = ${key}
acl_smtp_rcpt = acl_rcpt
begin acl
acl_rcpt:
  deny local_parts = unknown
       message = 5.1.1 no such mailbox
  defer local_parts = later
       message = 4.7.1 slow down
  deny !authenticated = *
       message = 5.7.1 relaying denied
  accept
begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = onward
begin transports
onward:
  driver = smtp
  port = ${nextHop}
  allow_localhost
  hosts_try_chunking =
  hosts_avoid_tls = *
begin retry
* * F,1h,5s
begin rewrite
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = \${if def:tls_in_cipher}
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{ann}}{eq{$auth3}{${password}}}}}
  server_set_id = $auth2
`,
  );
  const command = [join(programs.folder, "usr/sbin/exim4"), "-C", config, "-bdf"];
  const env = madeUpAccounts(programs, home, ["Debian-exim"]);
  stack.use(await runServer(home, port, command, env));
  const owned = stack.move();
  return {
    port,
    log: () => Bun.file(join(logs, "mainlog")).text(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
