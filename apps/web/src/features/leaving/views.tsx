import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { CheckboxGroup } from "../../ui/choice.tsx";
import type { Choice, Leaving } from "./leaving.ts";
import { masked } from "./masked.ts";

interface LeaveProps {
  leaving: Leaving;
  /** Where its forms post to: the address of the page itself. */
  action: string;
}

/** What somebody who got an email has left, can leave and can take back. Plain forms: there may be no script. */
export function LeaveCard(props: LeaveProps): Html {
  const { leaving } = props;
  return (
    <div class="stack" id="leaving">
      <p>
        {"For "}
        <strong>{masked(leaving.address)}</strong>
        {`, who got an email from ${leaving.organisation}.`}
      </p>
      {leaving.suppressed === undefined ? <Subscribed {...props} /> : <Gone {...props} />}
    </div>
  );
}

function Subscribed(props: LeaveProps): Html {
  const { leaving, action } = props;
  const { segments, left, returned, organisation } = leaving;
  return (
    <>
      {returned && (
        <Callout tone="success" title="You are subscribed again">
          {`${organisation} goes on sending you email.`}
        </Callout>
      )}
      {left.length > 0 && (
        <Callout
          tone="success"
          title={`You have left ${named(left)}`}
          action={<Back action={action}>Undo</Back>}
        >
          You still get other email.
        </Callout>
      )}
      <form class="stack" data-gap="sm" method="post" action={action}>
        <input type="hidden" name="leave" value="all" />
        <p>{`Get no more email of any kind from ${organisation}:`}</p>
        <Button variant="primary">Unsubscribe from everything</Button>
      </form>
      {segments.length > 0 && <SegmentsForm segments={segments} action={action} />}
    </>
  );
}

function SegmentsForm(props: { segments: readonly Choice[]; action: string }): Html {
  return (
    <form class="stack" data-gap="sm" method="post" action={props.action}>
      <input type="hidden" name="leave" value="segments" />
      <CheckboxGroup
        name="segment_id"
        label="Or leave only some of the lists you are on"
        hint="Choose those that you want to leave; you stay on the others."
        options={props.segments.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <Button>Leave the chosen lists</Button>
    </form>
  );
}

function Gone(props: LeaveProps): Html {
  const { leaving, action } = props;
  const { suppressed, organisation } = leaving;
  return (
    <Callout
      tone="success"
      title="You are unsubscribed"
      action={
        suppressed === "unsubscribed" && <Back action={action}>Undo, and stay subscribed</Back>
      }
    >
      {`${organisation} sends you no more email.`}
    </Callout>
  );
}

function Back(props: { action: string; children: string }): Html {
  return (
    <form method="post" action={props.action}>
      <input type="hidden" name="leave" value="nothing" />
      <Button>{props.children}</Button>
    </form>
  );
}

/** Over the page again, when a form was posted without a choice. */
export function NotChosen(): Html {
  return (
    <Callout tone="warning" title="Nothing was chosen, so nothing was changed">
      Choose at least one list, or unsubscribe from everything.
    </Callout>
  );
}

/** For a link that is none, or that has outlived its email. */
export function NobodyCard(): Html {
  return (
    <div class="stack">
      <p>
        It may have been cut off on its way, or what it was about has been deleted. Open it from the
        email once more.
      </p>
    </div>
  );
}

/** Where the link of a preview or of a test leads. */
export function ExampleCard(): Html {
  return (
    <div class="stack">
      <p>
        This is the link of a preview or of a test message. In a campaign, every recipient gets a
        link of their own here, by which they can unsubscribe.
      </p>
    </div>
  );
}

function named(segments: readonly Choice[]): string {
  return segments.map(({ name }) => `“${name}”`).join(", ");
}
