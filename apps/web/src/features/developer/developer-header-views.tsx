import type { Children, Html } from "@mailwright/html";
import type { Crumb } from "../../ui/page-header.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Tabs } from "../../ui/tabs.tsx";

const PAGES = [
  { href: "/developer", label: "Overview" },
  { href: "/developer/machines", label: "Machines" },
  { href: "/developer/api", label: "API" },
  { href: "/developer/ui", label: "Components" },
];

/** The head of the developer's pages; those that stand under one of them say so by `crumbs` instead of tabs. */
export function DeveloperHeader(props: { path: string; lead: string; actions?: Children }): Html {
  const tabs = PAGES.map((page) => ({ ...page, current: page.href === props.path }));
  return (
    <>
      <PageHeader title="Developer" lead={props.lead} actions={props.actions} />
      <Tabs label="Developer" tabs={tabs} />
    </>
  );
}

export const DEVELOPER: Crumb = { href: "/developer", label: "Developer" };
