import { authenticate } from "mailauth";

/**
 * What a receiver makes of the DKIM signatures of a message: each result with its domain. The zone of the test holds one
 * name, with the public key in DER form.
 */
export async function dkimResults(
  raw: Buffer,
  sender: string,
  name: string,
  publicKey: Buffer,
): Promise<[result: string, domain: string | undefined][]> {
  const resolver = async (asked: string, type: string) => {
    if (asked === name && type === "TXT")
      return [["v=DKIM1; k=rsa; p=", publicKey.toString("base64")]];
    throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
  };
  const { dkim } = await authenticate(raw, {
    sender,
    resolver,
    trustReceived: false,
    disableArc: true,
    disableBimi: true,
    disableDmarc: true,
  });
  return dkim.results.map(({ status, signingDomain }) => [status.result, signingDomain]);
}
