import { LOG_LEVELS } from "../../packages/platform/src/index.ts";
import { code } from "./markdown.ts";

/** A variable of the environment, as a program reads it. */
export interface Variable {
  name: string;
  /** As it would be written; absent for one that is required. Empty for one that may be left unset. */
  fallback?: string;
  meaning: string;
}

const PORT = "The port to listen on.";
const LOG_LEVEL = `How much is logged, as JSON lines on stdout: ${LOG_LEVELS.map(code).join(", ")}. All programs take the same.`;
const SERVICE_KEYS =
  "What signs the calls between web and the email client: `id:base64`, each of at least 32 bytes, separated by commas, each with an id of its own. The first signs, all are believed, so that a key can be rotated. The same for both.";

/** What each program reads. `configuration.ts` holds it against the readers themselves. */
export const VARIABLES = {
  start: [
    {
      name: "DATA_DIR",
      fallback: ".mailwright",
      meaning: "Where data, generated secrets and process ids are kept.",
    },
    { name: "WEB_PORT", fallback: "5050", meaning: "The port of web." },
    { name: "EMAIL_CLIENT_PORT", fallback: "5051", meaning: "The port of the email client." },
    {
      name: "GATEWAY_MOCK_PORT",
      fallback: "5052",
      meaning:
        "The port of the stand-in gateway. An installation that has gateways already keeps its address as it was: change it in Settings, Gateways.",
    },
    {
      name: "DATABASE_URL",
      fallback: "",
      meaning: "A Postgres 18 or newer to use. Without it one is started in `DATA_DIR`.",
    },
    {
      name: "REDIS_URL",
      fallback: "",
      meaning:
        "A Redis 7.0 or newer to use, or nodes of a Redis Cluster, separated by commas. Without it one is started in `DATA_DIR`.",
    },
    {
      name: "POSTGRES_PORT",
      fallback: "",
      meaning: "The port of our own Postgres; else a free one.",
    },
    { name: "REDIS_PORT", fallback: "", meaning: "The port of our own Redis; else a free one." },
    { name: "LOG_LEVEL", fallback: "info", meaning: LOG_LEVEL },
  ],
  web: [
    { name: "DATABASE_URL", meaning: "The Postgres with everything that is true, 18 or newer." },
    { name: "SERVICE_KEYS", meaning: SERVICE_KEYS },
    {
      name: "WEB_URL",
      fallback: "http://localhost:5050",
      meaning:
        "Where people reach web, also by the links in emails: a path may follow its host, and nothing else. With https cookies are sent by https alone, and mailboxes unsubscribe with one click. While it is an address that only this machine or its network reaches, no campaign is launched through a real gateway.",
    },
    {
      name: "EMAIL_CLIENT_URL",
      fallback: "http://localhost:5051",
      meaning: "Where web reaches the email client.",
    },
    { name: "PORT", fallback: "5050", meaning: PORT },
    {
      name: "ADMIN_EMAIL",
      fallback: "",
      meaning:
        "With `ADMIN_PASSWORD`: the first owner, made where there is nobody yet. An address of plain letters and digits.",
    },
    { name: "ADMIN_PASSWORD", fallback: "", meaning: "See `ADMIN_EMAIL`. 10 to 200 characters." },
    { name: "LOG_LEVEL", fallback: "info", meaning: LOG_LEVEL },
  ],
  email_client: [
    {
      name: "REDIS_URL",
      meaning:
        "The Redis with the work in progress, or several nodes of one Redis Cluster, separated by commas (user, password and TLS of the first count for all). One older than 7.0 is refused. It should run with `appendonly yes`, `appendfsync always` and `maxmemory-policy noeviction`: without them the email client starts and logs an error, and `bun mailwright doctor` fails.",
    },
    { name: "WEB_URL", meaning: "Where the email client reaches web, to report." },
    { name: "SERVICE_KEYS", meaning: SERVICE_KEYS },
    {
      name: "CREDENTIALS_KEYS",
      meaning:
        "What encrypts the secrets of gateways and signs return paths, written like `SERVICE_KEYS`.",
    },
    { name: "PORT", fallback: "5051", meaning: PORT },
    { name: "LOG_LEVEL", fallback: "info", meaning: LOG_LEVEL },
    {
      name: "REDIS_SHARDS",
      fallback: "1",
      meaning:
        "Into how many parts the journal is split: two to four for each node of a Redis Cluster. The same for every email client, and changed only while the journal is empty and none runs. 1 to 64.",
    },
    {
      name: "SEND_CONCURRENCY",
      fallback: "192",
      meaning:
        "Attempts at once in one process, 1 to 2,000. Campaigns share them evenly; what waits for a connection to an SMTP server is none.",
    },
    {
      name: "BUN_CONFIG_MAX_HTTP_REQUESTS",
      fallback: "256",
      meaning:
        "Requests that Bun makes at once, which it reads as it starts: 64 more than `SEND_CONCURRENCY` at the least. `bun start` and the image set 4096.",
    },
    {
      name: "EMAILS_LIMIT",
      fallback: "100000",
      meaning: "Emails that may be in the journal at once, 500 or more.",
    },
    {
      name: "OUTBOX_LIMIT",
      fallback: "200000",
      meaning: "Reports that may wait for web, 1,000 or more.",
    },
    {
      name: "ATTEMPT_DEADLINE_MS",
      fallback: "10000",
      meaning:
        "How long one attempt may take, in milliseconds: 100 to 120,000. An email client that is told to stop does so within this and 15 seconds, so above 15,000 it needs a longer grace period than the 30 seconds of the compose files (`stop_grace_period`). `bun start` waits 30 seconds and no longer.",
    },
    {
      name: "PRIVATE_GATEWAYS",
      fallback: "refuse",
      meaning:
        "`allow`: gateways and bounce mailboxes may be on this machine or in a private network, such as a mail server of your own; `bun start` sets it. `refuse`: they are connected to at public addresses alone, so that whoever edits a gateway reaches nothing else from here.",
    },
    {
      name: "FIRST_GATEWAY_URL",
      fallback: "",
      meaning: "An HTTP gateway to begin with, where there is none yet.",
    },
    {
      name: "FIRST_GATEWAY_USERNAME",
      fallback: "",
      meaning: "Its user name; required with `FIRST_GATEWAY_URL`.",
    },
    {
      name: "FIRST_GATEWAY_PASSWORD",
      fallback: "",
      meaning: "Its password; required with `FIRST_GATEWAY_URL`.",
    },
    {
      name: "FIRST_GATEWAY_ID",
      fallback: "",
      meaning: "The UUID it gets, for whoever has to know the address of its webhooks.",
    },
    {
      name: "FIRST_GATEWAY_WEBHOOK_SECRET",
      fallback: "",
      meaning: "The secret by which its webhooks are known, of at least 16 characters.",
    },
  ],
  gateway_mock: [
    { name: "PORT", fallback: "5052", meaning: PORT },
    { name: "LOG_LEVEL", fallback: "info", meaning: LOG_LEVEL },
    {
      name: "MOCK_SEED",
      fallback: "1",
      meaning: "Equal seeds draw equal answers, in the order in which requests arrive.",
    },
    {
      name: "MOCK_WEIGHTS",
      fallback: "",
      meaning:
        "Statuses and their weights, such as `202=90,429=5,500=5`; else the original's odds.",
    },
    { name: "MOCK_USERNAME", fallback: "", meaning: "A user name to insist on." },
    { name: "MOCK_PASSWORD", fallback: "", meaning: "A password to insist on." },
    {
      name: "MOCK_LEDGER_FILE",
      fallback: "",
      meaning: "Where each acceptance is written down before it is answered.",
    },
    {
      name: "MOCK_IDEMPOTENCY",
      fallback: "0",
      meaning: "1: a repeated Idempotency-Key gets the first answer again.",
    },
    {
      name: "MOCK_WEBHOOK_URL",
      fallback: "",
      meaning: "Where its page tells what became of messages; without it, nothing is told.",
    },
    {
      name: "MOCK_WEBHOOK_SECRET",
      fallback: "",
      meaning: "What its webhooks are signed with; required with `MOCK_WEBHOOK_URL`.",
    },
  ],
} as const satisfies Record<string, readonly Variable[]>;

export type Program = keyof typeof VARIABLES;
