import type { IconName } from "../../ui/icon.tsx";
import type { Tone } from "../../ui/tone.ts";
import type { EmailFact, EmailFactKind } from "./facts.ts";

/** How a kind of fact looks, and how many of it are called. */
export const FACT_LOOKS: Readonly<
  Record<EmailFactKind, { title: string; plural: string; tone: Tone; icon: IconName }>
> = {
  unsubscribed: {
    title: "The recipient unsubscribed",
    plural: "Unsubscribed",
    tone: "skipped",
    icon: "user-minus",
  },
  "left segments": {
    title: "The recipient left segments",
    plural: "Left segments",
    tone: "skipped",
    icon: "user-minus",
  },
  resubscribed: {
    title: "The recipient came back",
    plural: "Subscribed again",
    tone: "info",
    icon: "user-plus",
  },
  delivered: {
    title: "It was delivered",
    plural: "Delivered",
    tone: "success",
    icon: "mail-check",
  },
  bounced: { title: "It bounced", plural: "Bounced", tone: "failed", icon: "mail-x" },
  complained: {
    title: "The recipient reported it as spam",
    plural: "Reported as spam",
    tone: "danger",
    icon: "triangle-alert",
  },
};

/** By whose word a fact is known, in words. */
export function sourceOf({ source }: Pick<EmailFact, "source">): string {
  switch (source) {
    case "one-click":
      return "with one click in their mailbox";
    case "page":
      return "on the page of the email's link";
    default:
      return `by the word of ${source}`;
  }
}

/** More of a fact, as it was told; empty where there is no more that a person would read. */
export function tellingOf({ detail }: Pick<EmailFact, "detail">): string {
  const { class: bounce, status, text } = detail;
  return [bounce, status, text].filter((part) => part !== undefined).join(" ");
}
