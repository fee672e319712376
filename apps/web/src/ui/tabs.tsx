import type { Html } from "@mailwright/html";
import { formatCount } from "./format.ts";
import { regionLink } from "./region.ts";

export interface Tab {
  href: string;
  label: string;
  count?: number | undefined;
  current?: boolean | undefined;
}

/** The parts of one subject, each at its own address. */
export function Tabs(props: {
  label: string;
  tabs: readonly Tab[];
  region?: string | undefined;
}): Html {
  return <Links {...props} class="tabs" item="tab" current="page" />;
}

/** The same list seen through one of a few filters, with how many pass each. */
export function Segments(props: {
  label: string;
  tabs: readonly Tab[];
  region?: string | undefined;
}): Html {
  return <Links {...props} class="segments" item="segment" current="true" />;
}

function Links(props: {
  label: string;
  tabs: readonly Tab[];
  region?: string | undefined;
  class: string;
  item: string;
  current: string;
}): Html {
  return (
    <nav class={props.class} aria-label={props.label}>
      {props.tabs.map((tab) => (
        <a
          class={props.item}
          aria-current={tab.current === true ? props.current : undefined}
          {...regionLink(tab.href, props.region)}
        >
          {tab.label}
          {tab.count !== undefined && <span class="tab-count">{formatCount(tab.count)}</span>}
        </a>
      ))}
    </nav>
  );
}
