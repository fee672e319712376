import type { Children, Html } from "@mailwright/html";
import type { CampaignState } from "../campaign-words.ts";
import { Icon, type IconName } from "./icon.tsx";
import { CAMPAIGN_LOOKS, EMAIL_LOOKS, type EmailState, type Tone } from "./tone.ts";

/** A word with a colour, for a state or a kind. */
export function Badge(props: {
  tone?: Tone | undefined;
  icon?: IconName | undefined;
  children: Children;
}): Html {
  return (
    <span class="badge" data-tone={props.tone ?? "neutral"}>
      {props.icon && <Icon name={props.icon} />}
      {props.children}
    </span>
  );
}

/** The state of an email: the same colour, sign and word everywhere. */
export function EmailBadge(props: { state: EmailState }): Html {
  const { tone, icon, label } = EMAIL_LOOKS[props.state];
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

/** The state of a campaign. */
export function CampaignBadge(props: { state: CampaignState }): Html {
  const { tone, icon, label } = CAMPAIGN_LOOKS[props.state];
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

/** Something an object belongs to, by name, leading there: a contact's segments. */
export function Tag(props: { href?: string | undefined; children: Children }): Html {
  return props.href === undefined ? (
    <span class="tag">{props.children}</span>
  ) : (
    <a class="tag" href={props.href}>
      {props.children}
    </a>
  );
}

/** Tags in a row that wraps. */
export function Tags(props: { children: Children }): Html {
  return <div class="tags">{props.children}</div>;
}
