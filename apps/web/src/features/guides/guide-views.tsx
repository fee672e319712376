import type { Html } from "@mailwright/html";
import type { Token, Tokens } from "marked";
import { Card } from "../../ui/card.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { LinkList } from "../../ui/link-list.tsx";
import { type Guide, GUIDES_PAGE, linkFrom, type listGuides } from "./guides.ts";

/** Every guide, and what it is about. */
export function GuidesPage(props: { guides: Awaited<ReturnType<typeof listGuides>> }): Html {
  return (
    <>
      <PageHeader title="Guides" lead="What has to be set up outside of Mailwright, and how." />
      {props.guides.length === 0 ? (
        <EmptyState icon="file-text" title="No guides here">
          This installation came without its pages of docs.
        </EmptyState>
      ) : (
        <LinkList links={props.guides} />
      )}
    </>
  );
}

/** A page of docs, read here. */
export function GuidePage(props: { guide: Guide }): Html {
  const { title, body, anchors } = props.guide;
  return (
    <>
      <PageHeader title={title} crumbs={[{ href: GUIDES_PAGE, label: "Guides" }]} />
      <Card>
        <div class="guide">{blocks(body, anchors)}</div>
      </Card>
    </>
  );
}

function blocks(tokens: readonly Token[], anchors?: Guide["anchors"]): Html[] {
  return tokens
    .filter(({ type }) => type !== "space")
    .map((token) => <Block token={token} anchor={anchors?.get(token)} />);
}

function Block(props: { token: Token; anchor?: string | undefined }): Html {
  const token = props.token as Tokens.Generic;
  switch (token.type) {
    case "heading":
      return <Heading heading={token as Tokens.Heading} anchor={props.anchor} />;
    case "list":
      return <List list={token as Tokens.List} />;
    case "table":
      return <GuideTable table={token as Tokens.Table} />;
    case "code":
      return (
        <pre tabindex={0} role="group" aria-label="Example">
          {String(token["text"])}
        </pre>
      );
    case "text":
      return <>{inline(token)}</>;
    default:
      return <p>{inline(token)}</p>;
  }
}

function Heading(props: { heading: Tokens.Heading; anchor: string | undefined }): Html {
  const { heading, anchor: id } = props;
  const words = inline(heading);
  switch (heading.depth) {
    case 1:
    case 2:
      return <h2 id={id}>{words}</h2>;
    case 3:
      return <h3 id={id}>{words}</h3>;
    default:
      return <h4 id={id}>{words}</h4>;
  }
}

function List(props: { list: Tokens.List }): Html {
  const items = props.list.items.map(({ tokens }) => <li>{blocks(tokens)}</li>);
  return props.list.ordered ? (
    <ol start={Number(props.list.start) || 1}>{items}</ol>
  ) : (
    <ul>{items}</ul>
  );
}

function GuideTable(props: { table: Tokens.Table }): Html {
  const { header, rows } = props.table;
  return (
    <div class="guide-table" tabindex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>
            {header.map((cell) =>
              cell.text === "" ? <td /> : <th scope="col">{inline(cell)}</th>,
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>{inline(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What stands in a line. */
function inline({ tokens, text }: { tokens?: Token[] | undefined; text?: string }): Html[] {
  if (tokens === undefined) return [<>{text ?? ""}</>];
  return tokens.map((token) => <Inline token={token as Tokens.Generic} />);
}

function Inline(props: { token: Tokens.Generic }): Html {
  const { token } = props;
  const words = () => inline(token as { tokens?: Token[]; text?: string });
  switch (token.type) {
    case "strong":
      return <strong>{words()}</strong>;
    case "em":
      return <em>{words()}</em>;
    case "codespan":
      return <code>{String(token["text"])}</code>;
    case "link": {
      const href = linkFrom(String(token["href"]));
      return href === undefined ? <>{words()}</> : <a href={href}>{words()}</a>;
    }
    case "text":
      return <>{words()}</>;
    default:
      return <>{String(token["text"] ?? token.raw)}</>;
  }
}
