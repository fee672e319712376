import type { Html } from "@mailwright/html";
import { Icon } from "./icon.tsx";
import { regionLink } from "./region.ts";

/**
 * The way to the rows before and after these. Pages have no numbers: rows may come and go while one reads. Where there is
 * nowhere to go and nothing to say it is not there.
 */
export function Pager(props: {
  /** What is in sight, of how many: "1–50 of 12,345 contacts". */
  summary?: string;
  previous?: string | undefined;
  next?: string | undefined;
  /** Listed by time, the newest first: the ways are to the newer and the older ones. */
  byTime?: boolean;
  /** The selector of the region with the list. */
  region?: string | undefined;
}): Html {
  const [previous, next] = props.byTime ? ["Newer", "Older"] : ["Previous", "Next"];
  const leads = props.previous !== undefined || props.next !== undefined;
  if (!leads && props.summary === undefined) return <></>;
  return (
    <nav class="pager" aria-label="Pagination">
      <p class="pager-summary">{props.summary ?? ""}</p>
      {leads && (
        <div class="buttons">
          <Step href={props.previous} region={props.region} rel="prev">
            <Icon name="chevron-left" />
            <span>{previous}</span>
          </Step>
          <Step href={props.next} region={props.region} rel="next">
            <span>{next}</span>
            <Icon name="chevron-right" />
          </Step>
        </div>
      )}
    </nav>
  );
}

function Step(props: {
  href: string | undefined;
  region: string | undefined;
  rel: "prev" | "next";
  children: Html[];
}): Html {
  const look = { class: "button", "data-variant": "secondary", "data-size": "sm" };
  return props.href === undefined ? (
    <span {...look} aria-disabled="true">
      {props.children}
    </span>
  ) : (
    <a {...look} rel={props.rel} {...regionLink(props.href, props.region)}>
      {props.children}
    </a>
  );
}
