import type { Children, Html } from "@mailwright/html";
import { Icon } from "./icon.tsx";

export interface Crumb {
  href: string;
  label: string;
}

/** The title of a page, the way back up, and what can be done here. One a page. */
export function PageHeader(props: {
  title: string;
  /** The pages above this one, from the top; this one is not among them. */
  crumbs?: Crumb[] | undefined;
  /** Stands beside the title: a state badge. */
  badge?: Children;
  /** One sentence. */
  lead?: Children;
  /** Buttons; the primary one last. */
  actions?: Children;
}): Html {
  return (
    <header class="page-header">
      {props.crumbs && props.crumbs.length > 0 && <Breadcrumbs crumbs={props.crumbs} />}
      <div class="page-header-row">
        <div class="page-header-text">
          <div class="page-header-title">
            <h1>{props.title}</h1>
            {props.badge}
          </div>
          {props.lead && <p class="page-header-lead">{props.lead}</p>}
        </div>
        {props.actions && <div class="buttons">{props.actions}</div>}
      </div>
    </header>
  );
}

function Breadcrumbs(props: { crumbs: Crumb[] }): Html {
  return (
    <nav aria-label="Breadcrumb">
      <ol class="breadcrumbs">
        {props.crumbs.map(({ href, label }, index) => (
          <li>
            {index > 0 && <Icon name="chevron-right" />}
            <a href={href}>{label}</a>
          </li>
        ))}
      </ol>
    </nav>
  );
}
