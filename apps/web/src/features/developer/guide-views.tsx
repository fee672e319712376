import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CodeBlock } from "../../ui/code.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Table } from "../../ui/table.tsx";
import type { ApiCall } from "./api-calls.ts";
import { DeveloperHeader } from "./developer-header-views.tsx";

const DESCRIPTION = "/api/v1/openapi.json";

export function ApiGuidePage(props: {
  calls: readonly ApiCall[];
  /** Where this installation is reached. */
  webUrl: string;
  /** Whether the reader can make a token. */
  mayMakeTokens: boolean;
}): Html {
  const { calls, webUrl, mayMakeTokens } = props;
  return (
    <>
      <DeveloperHeader
        path="/developer/api"
        lead="What the pages do, a program can do too, except for accounts and tokens."
        actions={
          <>
            <LinkButton href={DESCRIPTION} icon="file-text">
              OpenAPI description
            </LinkButton>
            {mayMakeTokens && (
              <LinkButton href="/tokens/new" variant="primary" icon="key-round">
                Make a token
              </LinkButton>
            )}
          </>
        }
      />
      <div class="columns">
        <Beginning webUrl={webUrl} mayMakeTokens={mayMakeTokens} />
        <Manners />
      </div>
      <Examples webUrl={webUrl} />
      {subjectsOf(calls).map(({ tag, calls }) => (
        <Calls tag={tag} calls={calls} />
      ))}
    </>
  );
}

function Beginning(props: { webUrl: string; mayMakeTokens: boolean }): Html {
  const { webUrl, mayMakeTokens } = props;
  return (
    <Card title="Begin">
      <div class="stack">
        <p>
          {mayMakeTokens ? (
            <>
              <a href="/tokens/new">Make a token</a>, and send it with every call.{" "}
            </>
          ) : (
            "Ask an owner or admin for a token, and send it with every call. "
          )}
          What it may do is what its role may do. On the server,{" "}
          <code>bun mailwright token create --name shop --role editor</code> prints one.
        </p>
        <CodeBlock
          label="The first call"
          code={`export MAILWRIGHT_TOKEN="mw_…"
curl ${webUrl}/api/v1/settings \\
  -H "Authorization: Bearer $MAILWRIGHT_TOKEN"`}
        />
      </div>
    </Card>
  );
}

function Manners(): Html {
  return (
    <Card title="How it speaks">
      <Definitions
        items={[
          ["Bodies", "JSON, in and out. Names are in snake_case."],
          [
            "Lists",
            <>
              <code>{"{items, next}"}</code>; go on with <code>?after=</code> and what{" "}
              <code>next</code> says. <code>?limit=</code> takes up to 500.
            </>,
          ],
          [
            "Faults",
            <>
              A problem document (RFC 9457) with <code>title</code>, <code>detail</code> and, for
              input, <code>field</code> and <code>errors</code>.
            </>,
          ],
          [
            "Changes",
            <>
              What is left out stays. Name the <code>revision</code> that you read (of a template
              its <code>version</code>), and a change, or the launch of a campaign, is a 409 when
              somebody else came first.
            </>,
          ],
          [
            "Repeating",
            <>
              Any POST is carried out once under its <code>Idempotency-Key</code>, however often it
              is sent, for 24 hours. One that came to nothing may be sent again under it; where
              nobody knows whether it was carried out, each repetition is a 409. A call with another
              path, query or body (byte for byte, but for the boundary of a form) is no repetition
              and a 422.
            </>,
          ],
        ]}
      />
    </Card>
  );
}

function Examples(props: { webUrl: string }): Html {
  const base = `${props.webUrl}/api/v1`;
  const token = `-H "Authorization: Bearer $MAILWRIGHT_TOKEN"`;
  const json = `-H "Content-Type: application/json"`;
  return (
    <Card title="From a list of contacts to a campaign">
      <div class="stack">
        <CodeBlock
          label="Import contacts into a segment"
          code={`curl "${base}/imports?segment_id=$SEGMENT" ${token} \\
  -H "Content-Type: text/csv" --data-binary @contacts.csv`}
        />
        <CodeBlock
          label="Add one contact"
          code={`curl ${base}/contacts ${token} ${json} \\
  -d '{"email": "anna@example.com", "first_name": "Anna", "attributes": {"city": "Gdańsk"}}'`}
        />
        <CodeBlock
          label="Make a campaign and launch it"
          code={`curl ${base}/campaigns ${token} ${json} \\
  -H "Idempotency-Key: spring-sale" \\
  -d '{"name": "Spring sale", "template_id": "'$TEMPLATE'", "segment_ids": ["'$SEGMENT'"]}'
curl -X POST ${base}/campaigns/$CAMPAIGN/launch ${token}`}
        />
        <CodeBlock
          label="See what became of it"
          code={`curl ${base}/campaigns/$CAMPAIGN ${token}
curl "${base}/campaigns/$CAMPAIGN/emails?state=failed" ${token}`}
        />
      </div>
    </Card>
  );
}

function Calls(props: { tag: string; calls: readonly ApiCall[] }): Html {
  return (
    <Card title={props.tag} flush>
      <div class="api-calls">
        <Table
          caption={`Calls about ${props.tag}`}
          rows={props.calls}
          empty={<EmptyState icon="code-xml" title="No calls" />}
          columns={[
            {
              label: "Call",
              primary: true,
              cell: ({ method, path }) => (
                <span class="api-call">
                  <Badge tone={toneOf(method)}>{method}</Badge>
                  <code>{path}</code>
                </span>
              ),
            },
            { label: "What it does", cell: ({ summary }) => summary },
            { label: "Needs", cell: ({ permission }) => <code>{permission}</code>, wide: true },
          ]}
        />
      </div>
    </Card>
  );
}

function toneOf(method: string) {
  return method === "GET" ? "neutral" : method === "DELETE" ? "danger" : "info";
}

function subjectsOf(calls: readonly ApiCall[]): { tag: string; calls: ApiCall[] }[] {
  const subjects = Map.groupBy(calls, ({ tag }) => tag);
  return [...subjects].map(([tag, calls]) => ({ tag, calls }));
}
