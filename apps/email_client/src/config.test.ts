import { expect, test } from "bun:test";
import { ConfigError } from "@mailwright/platform";
import { readEmailClientConfig } from "./config.ts";

const key = (id: string, bytes = 32) => `${id}:${Buffer.alloc(bytes, id).toString("base64")}`;
const whole = {
  REDIS_URL: "redis://:secret@localhost:6379",
  WEB_URL: "http://localhost:5050/",
  SERVICE_KEYS: `${key("new")},${key("old")}`,
  CREDENTIALS_KEYS: key("c1", 48),
};

test("what is given and what is usual make the whole", () => {
  expect(readEmailClientConfig(whole)).toMatchObject({
    port: 5051,
    redisUrls: ["redis://:secret@localhost:6379"],
    webUrl: "http://localhost:5050",
    serviceKeys: [{ id: "new" }, { id: "old" }],
    credentialsKeys: [{ id: "c1" }],
    logLevel: "info",
    shards: 1,
    concurrency: 192,
    emailsLimit: 100_000,
    outboxLimit: 200_000,
    attemptDeadlineMs: 10_000,
    privateGateways: "refuse",
  });
});

test("several nodes are a Redis Cluster, which has no numbered databases", () => {
  const nodes = ["redis://:secret@a.example.com:6379", "redis://b.example.com:6379"];
  expect(readEmailClientConfig({ ...whole, REDIS_URL: nodes.join(",") }).redisUrls).toEqual(nodes);
  expect(() => readEmailClientConfig({ ...whole, REDIS_URL: `${nodes.join(",")}/3` })).toThrow(
    "REDIS_URL names a numbered database, and a Redis Cluster has none",
  );
});

test("more attempts at once than Bun makes requests are refused, since those past it would wait while their deadlines run", () => {
  expect(() => readEmailClientConfig({ ...whole, SEND_CONCURRENCY: "193" })).toThrow(
    "SEND_CONCURRENCY is 193, for which BUN_CONFIG_MAX_HTTP_REQUESTS has to be 257 or more when the process starts: it is 256",
  );
  const told = { SEND_CONCURRENCY: "2000", BUN_CONFIG_MAX_HTTP_REQUESTS: "4096" };
  expect(readEmailClientConfig({ ...whole, ...told }).concurrency).toBe(2_000);
});

test("all faults are told at once, and none of them repeats a secret", () => {
  const faulty = {
    REDIS_URL: "http://:secret@localhost",
    SERVICE_KEYS: "short:c2VjcmV0",
    SEND_CONCURRENCY: "many",
    ATTEMPT_DEADLINE_MS: "1",
  };
  let told = "";
  try {
    readEmailClientConfig(faulty);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    told = (error as ConfigError).message;
  }
  for (const name of [
    "REDIS_URL",
    "WEB_URL",
    "SERVICE_KEYS",
    "CREDENTIALS_KEYS",
    "SEND_CONCURRENCY",
    "ATTEMPT_DEADLINE_MS",
  ])
    expect(told).toContain(name);
  expect(told).not.toMatch(/secret|c2VjcmV0/);
});
