import type { Html } from "@mailwright/html";
import { Tag, Tags } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { PlainSelect } from "../../ui/choice.tsx";
import { ConfirmLink } from "../../ui/dialog.tsx";
import { CsrfField } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Time } from "../../ui/time.tsx";
import type { OptOut } from "../segments/opt-outs.ts";
import type { NamedSegment } from "../segments/segments.ts";
import type { Contact } from "./contacts.ts";

export interface MembershipProps {
  csrf: string;
  now: number;
  contact: Contact;
  segments: readonly NamedSegment[];
  /** Dynamic segments that the contact has opted out of. */
  optOuts: readonly OptOut[];
  /** Segments the contact can be added to. */
  lists: readonly { id: string; name: string }[];
  /** Whether there are others. */
  moreLists: boolean;
  maySegment: boolean;
}

/** Said where segments are chosen from more than a list has room for. */
export const MORE_LISTS =
  "There are more segments than this list has: on its own page, each takes contacts.";

/** The segments a contact is in, those that they have opted out of, and the way into others. */
export function Memberships(props: MembershipProps): Html {
  const { contact, segments, lists, maySegment, csrf } = props;
  const path = `/contacts/${contact.id}/segments`;
  return (
    <Card title="Segments">
      <div class="stack">
        {segments.length === 0 ? (
          <p class="muted">In no segment, so no campaign goes to this contact.</p>
        ) : (
          <Tags>
            {segments.map((segment) => (
              <SegmentTag segment={segment} path={path} csrf={csrf} mayRemove={maySegment} />
            ))}
          </Tags>
        )}
        <OptOuts {...props} />
        {maySegment && lists.length > 0 && (
          <form class="row add-segment" method="post" action={path}>
            <CsrfField csrf={csrf} />
            <PlainSelect
              name="segment_id"
              label="Segment to add the contact to"
              placeholder="Choose a segment"
              options={lists.map(({ id, name }) => ({ value: id, label: name }))}
              required
            />
            <Button size="sm">Add</Button>
          </form>
        )}
        {maySegment && props.moreLists && <p class="muted small">{MORE_LISTS}</p>}
      </div>
    </Card>
  );
}

function SegmentTag(props: {
  segment: NamedSegment;
  path: string;
  csrf: string;
  mayRemove: boolean;
}): Html {
  const { segment, path, csrf, mayRemove } = props;
  return (
    <span class="removable">
      <Tag href={`/segments/${segment.id}`}>
        {segment.dynamic && <Icon name="workflow" />}
        {segment.name}
        {segment.dynamic && <span class="visually-hidden">, by its rule</span>}
      </Tag>
      {mayRemove && !segment.dynamic && (
        <form method="post" action={`${path}/${segment.id}/remove`}>
          <CsrfField csrf={csrf} />
          <Button variant="ghost" size="sm" icon="x" label={`Remove from ${segment.name}`} />
        </form>
      )}
    </span>
  );
}

/** Dynamic segments that the contact has opted out of, and the way back. */
function OptOuts(props: MembershipProps): Html {
  const { contact, optOuts, maySegment, now } = props;
  return (
    <>
      {optOuts.map(({ segment_id, segment_name, email_id, campaign_name, created_at }) => (
        <div class="stack" data-gap="sm" data-opt-out={segment_id}>
          <p class="muted small">
            {"Opted out of "}
            <a href={`/segments/${segment_id}`}>{segment_name}</a>{" "}
            <Time at={created_at} now={now} />
            {", by the unsubscribe page of "}
            {campaign_name === null ? (
              "a campaign that was deleted"
            ) : (
              <a href={`/emails/${email_id}`}>{campaign_name}</a>
            )}
            . Its rule does not bring them back.
          </p>
          {maySegment && (
            <div>
              <ConfirmLink
                href={`/contacts/${contact.id}/opt-outs/${segment_id}/lift`}
                size="sm"
                icon="user-plus"
              >
                {`Take back into ${segment_name}`}
              </ConfirmLink>
            </div>
          )}
        </div>
      ))}
    </>
  );
}
