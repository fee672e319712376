import { describe, expect, test } from "bun:test";
import type { Clock } from "@mailwright/platform";
import { NOW, type Forgery } from "../testing/webhooks/provider.ts";
import { CERTIFICATE_URL, notification, TOPIC } from "../testing/webhooks/ses.ts";
import { SNS_CERTIFICATE } from "../testing/webhooks/sns-certificate.ts";
import { sesWebhook } from "./ses-webhook.ts";
import { amazonAddress } from "./sns.ts";

const clock: Clock = { now: () => NOW, sleep: () => Promise.resolve() };
const SUBSCRIBE = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";

function amazon(answers: Record<string, string>) {
  const asked: string[] = [];
  const webhook = sesWebhook(TOPIC, clock, async ({ href }) => {
    asked.push(href);
    return answers[href];
  });
  return {
    asked,
    tell: (change: Record<string, string> = {}, forgery?: Forgery) =>
      webhook.receive(notification("{}", forgery, change), AbortSignal.timeout(1_000)),
  };
}

const GOOD = { [CERTIFICATE_URL]: SNS_CERTIFICATE.cert, [SUBSCRIBE]: "<ok/>" };
const confirmation = { Type: "SubscriptionConfirmation", Token: "t", SubscribeURL: SUBSCRIBE };

describe("a message of Amazon's", () => {
  test.each(["1", "2"])("is believed with a signature of version %s", async (version) => {
    const { tell } = amazon(GOOD);
    expect(await tell({ SignatureVersion: version })).toEqual({ kind: "facts", facts: [] });
  });

  test("costs one certificate, however many there are", async () => {
    const { tell, asked } = amazon(GOOD);
    for (let times = 0; times < 3; times++) await tell();
    expect(asked).toEqual([CERTIFICATE_URL]);
  });

  test("is put off while its certificate cannot be had, and asked for again", async () => {
    const answers: Record<string, string> = {};
    const { tell } = amazon(answers);
    expect((await tell()).kind).toBe("later");
    Object.assign(answers, GOOD);
    expect((await tell()).kind).toBe("facts");
  });

  test("is not believed with a certificate that is not Amazon's, which is not even asked for", async () => {
    for (const url of [
      "https://evil.example/SimpleNotificationService.pem",
      "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
      "http://sns.eu-central-1.amazonaws.com/x.pem",
      "https://s3.amazonaws.com/x.pem",
      "https://sns.eu-central-1.amazonaws.com/x.txt",
    ]) {
      const { tell, asked } = amazon({ ...GOOD, [url]: SNS_CERTIFICATE.cert });
      expect((await tell({ SigningCertURL: url })).kind).toBe("forged");
      expect(asked).toEqual([]);
    }
  });
});

describe("a subscription", () => {
  test("is confirmed when Amazon asks for it", async () => {
    const { tell, asked } = amazon(GOOD);
    expect(await tell(confirmation)).toEqual({ kind: "facts", facts: [] });
    expect(asked).toEqual([CERTIFICATE_URL, SUBSCRIBE]);
  });

  test("of another topic, unsigned or to somewhere else is not confirmed", async () => {
    for (const [change, forgery] of [
      [{ ...confirmation }, "other secret"],
      [{ ...confirmation }, "unsigned"],
      [{ ...confirmation, SubscribeURL: "https://10.0.0.1/" }, undefined],
    ] as const) {
      const { tell, asked } = amazon(GOOD);
      expect((await tell(change, forgery)).kind).not.toBe("facts");
      expect(asked.filter((href) => href !== CERTIFICATE_URL)).toEqual([]);
    }
  });

  test("that cannot be confirmed now is put off", async () => {
    const { tell } = amazon({ [CERTIFICATE_URL]: SNS_CERTIFICATE.cert });
    expect((await tell(confirmation)).kind).toBe("later");
  });
});

test.each([
  ["https://sns.us-east-1.amazonaws.com/x", true],
  ["https://sns.us-gov-west-1.amazonaws.com/x", true],
  ["https://sns.cn-north-1.amazonaws.com.cn/x", true],
  ["https://sns.us-east-1.amazonaws.com:8443/x", false],
  ["https://a@sns.us-east-1.amazonaws.com/x", false],
  ["https://sns.amazonaws.com/x", false],
  ["https://snsXus-east-1.amazonaws.com/x", false],
  ["file:///etc/passwd", false],
  ["", false],
])("%j is Amazon's: %p", (text, wanted) => {
  expect(amazonAddress(text) !== undefined).toBe(wanted);
});
