import { newId } from "@mailwright/platform";
import type { Batch, Content, Recipient } from "@mailwright/protocol";

/** A recipient of its own, unless told otherwise. */
export function recipient(change: Partial<Recipient> = {}): Recipient {
  const id = newId();
  return {
    id,
    run: 1,
    email: `${id}@example.com`,
    name: "Ann Example",
    variables: { first_name: "Ann", email: `${id}@example.com` },
    ...change,
  };
}

export function recipients(count: number): Recipient[] {
  return Array.from({ length: count }, () => recipient());
}

/** A campaign's content that is retried soon. */
export function content(change: Partial<Content> = {}, policy: Partial<Content["policy"]> = {}) {
  return {
    campaign: { id: newId(), name: "May" },
    template: {
      subject: "Hello {{ contact.first_name }}",
      html: "<p>Hello {{ contact.first_name }}</p>",
      text: "Hello {{ contact.first_name }}",
    },
    sender: { name: "Shop", email: "shop@example.com" },
    headers: {},
    policy: {
      attempts: 4,
      first_wait_s: 0.05,
      max_wait_s: 0.1,
      max_age_s: 600,
      when_uncertain: "hold",
      ...policy,
    },
    ...change,
  } satisfies Content;
}

export function batch(change: Partial<Batch> = {}): Batch {
  return {
    batch: newId(),
    campaign: newId(),
    content: "c".repeat(64),
    gateway: newId(),
    priority: 10,
    recipients: recipients(2),
    ...change,
  };
}
