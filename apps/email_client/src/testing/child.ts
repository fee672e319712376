import { join } from "node:path";
import { until } from "@mailwright/testing";
import { CREDENTIALS_KEY, SERVICE_KEY } from "./client.ts";

/** An email client in a process of its own, as it runs in production. */
export interface Child extends AsyncDisposable {
  url: string;
  /** Everything it has written to its log. */
  readonly output: string;
  signal(name: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): void;
  exited: Promise<number>;
}

const MAIN = join(import.meta.dir, "../main.ts");

/** Starts one and waits until it is ready. Disposing kills it. */
export async function startChild(env: {
  REDIS_URL: string;
  WEB_URL: string;
  [name: string]: string;
}): Promise<Child> {
  const subprocess = Bun.spawn([process.execPath, MAIN], {
    env: {
      PATH: process.env["PATH"] ?? "",
      PORT: "0",
      SERVICE_KEYS: keyText(SERVICE_KEY),
      CREDENTIALS_KEYS: keyText(CREDENTIALS_KEY),
      LOG_LEVEL: "debug",
      PRIVATE_GATEWAYS: "allow",
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  };
  void read(subprocess.stdout);
  void read(subprocess.stderr);
  const port = await until(() => /"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(output)?.[1], {
    what: "the email client to be ready",
    timeoutMs: 20_000,
  });
  return {
    url: `http://127.0.0.1:${port}`,
    get output() {
      return output;
    },
    signal: (name) => subprocess.kill(name),
    exited: subprocess.exited,
    async [Symbol.asyncDispose]() {
      subprocess.kill("SIGCONT");
      subprocess.kill("SIGKILL");
      await subprocess.exited;
    },
  };
}

function keyText({ id, bytes }: { id: string; bytes: Uint8Array }): string {
  return `${id}:${Buffer.from(bytes).toString("base64")}`;
}
