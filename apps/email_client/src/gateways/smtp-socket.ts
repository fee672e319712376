import { connect, type LookupFunction, type Socket } from "node:net";
import type { SMTPTransportGetSocket } from "nodemailer/lib/smtp-transport";
import { type HostAddress, type Outbound, whyRefused } from "./outbound.ts";

/** The code of a failure by which a server was not even connected to. */
export const REFUSED = "EREFUSEDADDRESS";

/**
 * Where nodemailer gets its connections from: each is made to an address that was vetted just before, and to no other that
 * the name may have by then. TLS goes by the name as ever.
 */
export function vettedSockets(
  host: string,
  port: number,
  outbound: Outbound,
  patienceMs: number,
): SMTPTransportGetSocket {
  return async (_options, done) => {
    let connection: Socket;
    try {
      connection = await openSocket(host, port, outbound, patienceMs);
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, { connection });
  };
}

async function openSocket(
  host: string,
  port: number,
  outbound: Outbound,
  patienceMs: number,
): Promise<Socket> {
  const late = AbortSignal.timeout(patienceMs);
  const vetted = await outbound.vet(host, late);
  switch (vetted.kind) {
    case "refused":
      throw failure(REFUSED, `Not connected: ${whyRefused(host)}.`);
    case "unknown":
      throw failure("EDNS", vetted.code);
    case "found":
      return connected(host, port, vetted.addresses, late);
  }
}

async function connected(
  host: string,
  port: number,
  addresses: readonly HostAddress[],
  late: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host, port, autoSelectFamily: true, lookup: answering(addresses) });
  const giveUp = () => socket.destroy(failure("ETIMEDOUT", "no connection in time"));
  late.addEventListener("abort", giveUp, { once: true });
  // It stays: until nodemailer listens, nobody else does.
  socket.on("error", reject);
  socket.once("connect", () => resolve(socket));
  try {
    return await promise;
  } finally {
    late.removeEventListener("abort", giveUp);
  }
}

/** A lookup that was made already. */
function answering(addresses: readonly HostAddress[]): LookupFunction {
  return (_host, { all }, answer) => {
    const [first] = addresses;
    if (all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? "", first?.family ?? 0);
  };
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
