import type { Html } from "@mailwright/html";
import { AsOf } from "../../ui/as-of.tsx";
import { Callout } from "../../ui/banner.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Estimate } from "./audience.ts";

type CountedEstimate = Extract<Estimate, { kind: "counted" }>;

/** Whom the chosen segments come to. */
export function AudienceEstimate(props: { estimate: Estimate | undefined; now: number }): Html {
  const { estimate } = props;
  if (estimate === undefined)
    return (
      <p class="audience-estimate muted">
        <Icon name="users" />
        Choose segments to see how many contacts they come to.
      </p>
    );
  switch (estimate.kind) {
    case "counted":
      return <Counted {...estimate} now={props.now} />;
    case "at most":
      return (
        <p class="audience-estimate">
          <Icon name="users" />
          <span>
            At most <strong>{formatCount(estimate.contacts)}</strong> contacts. Counting each of
            them once takes longer than you would wait; the launch does it.
          </span>
        </p>
      );
    case "too long":
      return (
        <p class="audience-estimate">
          <Icon name="users" />
          <span>Counting these segments takes longer than you would wait; the launch does it.</span>
        </p>
      );
  }
}

function Counted(props: CountedEstimate & { now: number }): Html {
  const { contacts, suppressed } = props;
  if (contacts === 0)
    return (
      <Callout tone="warning">
        {"Nobody is in these segments "}
        <AsOf {...props} />
        {", so it could not be launched."}
      </Callout>
    );
  if (suppressed === contacts)
    return (
      <Callout tone="warning">
        {`All ${formatPlural(contacts, "contact")} in these segments must not be mailed `}
        <AsOf {...props} />
        {", so it could not be launched."}
      </Callout>
    );
  return (
    <p class="audience-estimate">
      <Icon name="users" />
      <span>
        <strong>{formatCount(contacts - suppressed)}</strong>
        {` ${contacts - suppressed === 1 ? "contact" : "contacts"} `}
        <AsOf {...props} />
        {", each counted once."}
        {suppressed > 0 &&
          ` ${formatPlural(suppressed, "more is", "more are")} suppressed and would be skipped.`}
      </span>
    </p>
  );
}

/** The same of a draft, in a line. */
export function AudienceLine(props: { estimate: Estimate; now: number }): Html {
  const { estimate, now } = props;
  if (estimate.kind !== "counted") return <>The audience is counted at launch.</>;
  const mailable = estimate.contacts - estimate.suppressed;
  return (
    <>
      {`It would go to ${formatCount(mailable)} ${mailable === 1 ? "contact" : "contacts"} `}
      <AsOf at={estimate.at} now={now} />.
    </>
  );
}
