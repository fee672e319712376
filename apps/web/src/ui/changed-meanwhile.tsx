import type { Html } from "@mailwright/html";
import { Callout } from "./banner.tsx";
import { LinkButton } from "./button.tsx";

/**
 * What is typed stands over a form that met a change of somebody else's: nothing of either is lost, and the next save, which
 * takes its place, is meant.
 */
export function ChangedMeanwhile(props: {
  /** "this contact", "the sender". */
  what: string;
  /** Where it can be seen as it is now. */
  href: string;
}): Html {
  return (
    <Callout
      tone="warning"
      title={`Somebody changed ${props.what} while you were editing`}
      focus
      action={
        <LinkButton href={props.href} external>
          See it as it is now
        </LinkButton>
      }
    >
      What you typed stands below and is not saved. Saving again overwrites their change.
    </Callout>
  );
}
