import { expect, test } from "bun:test";
import { ManualClock } from "@mailwright/testing";
import { createOutbound, type HostAddress } from "./outbound.ts";

const PUBLIC = { address: "8.8.8.8", family: 4 };
const PRIVATE = { address: "10.0.0.5", family: 4 };
const soon = () => AbortSignal.timeout(5_000);

/** An outbound whose names are what `names` says, and everything that it asked for. */
function outboundOf(
  privateGateways: "allow" | "refuse",
  names: Record<string, HostAddress[] | string>,
) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const outbound = createOutbound(privateGateways, clock, async (host) => {
    asked.push(host);
    const found = names[host] ?? "ENOTFOUND";
    if (typeof found === "string") throw Object.assign(new Error("no"), { code: found });
    return found;
  });
  return { clock, asked, vet: (host: string) => outbound.vet(host, soon()) };
}

test("a host is refused when any of its addresses is not public, for any could be connected to", async () => {
  const names = { public: [PUBLIC], private: [PRIVATE], both: [PUBLIC, PRIVATE] };
  const { vet } = outboundOf("refuse", names);
  expect(await vet("public")).toEqual({ kind: "found", addresses: [PUBLIC] });
  expect(await vet("private")).toEqual({ kind: "refused" });
  expect(await vet("both")).toEqual({ kind: "refused" });
});

test("where gateways may be anywhere, none is refused", async () => {
  const { vet } = outboundOf("allow", { both: [PUBLIC, PRIVATE] });
  expect(await vet("both")).toEqual({ kind: "found", addresses: [PUBLIC, PRIVATE] });
});

test("an address is judged as it stands, without being looked up", async () => {
  const { vet, asked } = outboundOf("refuse", {});
  expect(await vet("127.0.0.1")).toEqual({ kind: "refused" });
  expect(await vet("::1")).toEqual({ kind: "refused" });
  expect(await vet("8.8.8.8")).toEqual({ kind: "found", addresses: [PUBLIC] });
  expect(asked).toEqual([]);
});

test.each(["localhost", "127.1", "2130706433", "0x7f000001", "localhost."])(
  "by the system's own lookup %s leads to this machine, or nowhere",
  async (host) => {
    const vetted = await createOutbound("refuse", new ManualClock()).vet(host, soon());
    expect(vetted.kind).not.toBe("found");
    if (host === "localhost") expect(vetted).toEqual({ kind: "refused" });
  },
);

test("a host is looked up once in ten seconds, however many ask, also by a clock that is set back", async () => {
  const names: Record<string, HostAddress[]> = { host: [PUBLIC] };
  const { vet, asked, clock } = outboundOf("refuse", names);
  await Promise.all([vet("host"), vet("host"), vet("host")]);
  await clock.advance(9_999);
  names["host"] = [PRIVATE];
  expect([(await vet("host")).kind, asked.length]).toEqual(["found", 1]);
  await clock.advance(1);
  expect([(await vet("host")).kind, asked.length]).toEqual(["refused", 2]);
  await clock.advance(-3_600_000);
  await vet("host");
  expect(asked.length).toBe(3);
});

test("a host that nobody knows is unknown, by the resolver's code, and is asked for again after a second", async () => {
  const names: Record<string, HostAddress[] | string> = { gone: "EAI_AGAIN", bare: [] };
  const { vet, asked, clock } = outboundOf("refuse", names);
  expect(await vet("bare")).toEqual({ kind: "unknown", code: "ENOTFOUND" });
  expect(await vet("gone")).toEqual({ kind: "unknown", code: "EAI_AGAIN" });
  await clock.advance(999);
  await vet("gone");
  expect(asked).toEqual(["bare", "gone"]);
  names["gone"] = [PUBLIC];
  await clock.advance(1);
  expect((await vet("gone")).kind).toBe("found");
});

test("nobody waits longer for a lookup than they want to, and who waits longer has it", async () => {
  const late = Promise.withResolvers<HostAddress[]>();
  const outbound = createOutbound("refuse", new ManualClock(), () => late.promise);
  const patient = outbound.vet("slow", soon());
  const unknown = { kind: "unknown" as const, code: "ETIMEOUT" };
  expect(await outbound.vet("slow", AbortSignal.abort())).toEqual(unknown);
  expect(await outbound.vet("slow", AbortSignal.timeout(10))).toEqual(unknown);
  late.resolve([PUBLIC]);
  expect(await patient).toEqual({ kind: "found", addresses: [PUBLIC] });
});
