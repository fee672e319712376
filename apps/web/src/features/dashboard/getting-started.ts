/** What is known of an installation that is being set up. */
export interface SetUp {
  sender: boolean;
  /** Undefined while the email client, which keeps the gateways, does not answer. */
  gateway: boolean | undefined;
  contacts: boolean;
  segment: boolean;
  template: boolean;
  launched: boolean;
}

/** One step on the way to the first campaign. */
export interface Step {
  title: string;
  why: string;
  done: boolean;
  action: { href: string; label: string };
}

/**
 * The steps to the first campaign, in the order in which they are best taken; none once all are done. What is not known at
 * the moment counts as done: an outage is no reason to ask for it again.
 */
export function stepsOf(setUp: SetUp): Step[] {
  const steps: Step[] = [
    {
      title: "Say who you are",
      why: "The name and address that every campaign comes from.",
      done: setUp.sender,
      action: { href: "/settings", label: "Set the sender" },
    },
    {
      title: "Set up a gateway",
      why: "The account at an email service that your campaigns are sent through.",
      done: setUp.gateway ?? true,
      action: { href: "/settings/gateways", label: "Set up a gateway" },
    },
    {
      title: "Bring your contacts",
      why: "From a CSV file, or one by one.",
      done: setUp.contacts,
      action: { href: "/imports", label: "Import contacts" },
    },
    {
      title: "Make a segment",
      why: "The people whom a campaign goes to: listed by hand, or found by a rule.",
      done: setUp.segment,
      action: { href: "/segments/new", label: "Make a segment" },
    },
    {
      title: "Write a template",
      why: "What they will read, with their names filled in.",
      done: setUp.template,
      action: { href: "/templates/new", label: "Write a template" },
    },
    {
      title: "Launch your first campaign",
      why: "A template, sent to segments. You see what became of every email.",
      done: setUp.launched,
      action: { href: "/campaigns/new", label: "Make a campaign" },
    },
  ];
  return steps.every(({ done }) => done) ? [] : steps;
}
