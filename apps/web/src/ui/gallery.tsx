import type { Html } from "@mailwright/html";
import { ActionsSection } from "./gallery/actions.tsx";
import { ChartsSection } from "./gallery/charts.tsx";
import { ContentSection } from "./gallery/content.tsx";
import { FormsSection } from "./gallery/forms.tsx";
import { ListsSection } from "./gallery/lists.tsx";
import { MessagesSection } from "./gallery/messages.tsx";
import { Layout } from "./layout.tsx";
import { PageHeader } from "./page-header.tsx";
import type { Shell } from "./shell.ts";

/** Every component in every state, on one page: to look at, to copy from, and for the browser tests to check. */
export function Gallery(props: { shell: Shell; now: number }): Html {
  const { csrf } = props.shell;
  return (
    <Layout shell={props.shell} title="Components">
      <PageHeader
        title="Components"
        crumbs={[{ href: "/developer", label: "Developer" }]}
        lead="Everything the pages are made of, in every state. The README beside the sources says when to use which."
      />
      <ContentSection now={props.now} />
      <ListsSection csrf={csrf} now={props.now} />
      <ChartsSection />
      <FormsSection csrf={csrf} />
      <ActionsSection csrf={csrf} />
      <MessagesSection />
    </Layout>
  );
}
