import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { Time } from "../../ui/time.tsx";
import { type ChangedLines, changedLines } from "./changed-lines.ts";
import { kindInWords } from "./list-views.tsx";
import type { Meanwhile, VersionRow } from "./templates.ts";

/** Who saved what since somebody began to edit: nothing of theirs is lost, and nothing of the others' without a look. */
export function MeanwhileCallout(props: Meanwhile): Html {
  const { template, base, versions } = props;
  const newest = versions.at(-1);
  const path = `/templates/${template.id}`;
  return (
    <Callout tone="warning" title="Somebody else saved this template while you did" focus>
      <div class="stack" data-gap="sm">
        {versions.length === 0 ? (
          <p>It is called “{template.name}” now; its content is what it was.</p>
        ) : (
          <ul>
            {versions.map((version) => (
              <li>
                <a href={`${path}/versions/${version.version}`}>Version {version.version}</a>
                {" by "}
                {version.created_by}, <Time at={version.created_at} />
              </li>
            ))}
          </ul>
        )}
        {base && newest && (
          <details class="disclosure">
            <summary>What they changed</summary>
            <Changes before={base} after={newest} />
          </details>
        )}
        <p>
          What you typed is still here. Take over from the others what should stay, and save: it
          becomes the next version, and theirs are kept as well.
        </p>
      </div>
    </Callout>
  );
}

/** What one version changed of another. */
export function Changes(props: { before: VersionRow; after: VersionRow }): Html {
  const { before, after } = props;
  const body = changedLines(before.body, after.body);
  return (
    <div class="stack" data-gap="sm">
      {before.kind !== after.kind && (
        <p>
          It was {kindInWords(before.kind)} and is {kindInWords(after.kind)}.
        </p>
      )}
      {before.subject !== after.subject && (
        <Difference
          title="Subject"
          change={{ line: 1, removed: [before.subject], added: [after.subject] }}
        />
      )}
      {body ? (
        <Difference title={`Body, from line ${body.line}`} change={body} />
      ) : (
        <p class="muted">The body is the same.</p>
      )}
    </div>
  );
}

const MOST_LINES = 200;

function Difference(props: { title: string; change: ChangedLines }): Html {
  const { title, change } = props;
  return (
    <figure class="difference">
      <figcaption>{title}</figcaption>
      <pre tabindex={0} role="region" aria-label={title}>
        <Lines sign="−" tag="del" lines={change.removed} />
        <Lines sign="+" tag="ins" lines={change.added} />
      </pre>
    </figure>
  );
}

function Lines(props: { sign: string; tag: "del" | "ins"; lines: readonly string[] }): Html {
  const shown = props.lines.slice(0, MOST_LINES).map((line) => `${props.sign} ${line}\n`);
  const more = props.lines.length - shown.length;
  return (
    <>
      {shown.map((line) => (props.tag === "del" ? <del>{line}</del> : <ins>{line}</ins>))}
      {more > 0 && `… and ${more} lines more\n`}
    </>
  );
}
