import type { Html } from "@mailwright/html";
import { starterTemplates, TEMPLATE_KINDS, type TemplateKind } from "@mailwright/template";
import { LinkButton } from "../../ui/button.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { kindInWords, TEMPLATES } from "./list-views.tsx";

/** What a new template can begin with, each as it looks. */
export function StartersPage(): Html {
  return (
    <>
      <PageHeader
        title="New template"
        crumbs={[TEMPLATES]}
        lead="Begin with one of these and make it yours, or with a blank page."
        actions={<LinkButton href="/templates/new?start=blank">Blank template</LinkButton>}
      />
      <ul class="starters">
        {TEMPLATE_KINDS.map((kind) => (
          <li class="starter">
            <div class="starter-frame">
              <iframe
                src={`/templates/starters/${kind}`}
                title={`${starterTemplates[kind].name}, as it looks`}
                sandbox=""
                loading="lazy"
                tabindex={-1}
              />
            </div>
            <div class="starter-text">
              <h2>
                <a class="table-link" href={`/templates/new?start=${kind}`}>
                  {starterTemplates[kind].name}
                </a>
              </h2>
              <p class="muted">{`${kindInWords(kind)}: ${LEADS[kind]}`}</p>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

const LEADS: Readonly<Record<TemplateKind, string>> = {
  html: "full control of how it looks",
  markdown: "written quickly, looks good everywhere",
  text: "looks like a letter to one person",
};
