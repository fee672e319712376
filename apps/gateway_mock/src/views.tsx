import type { Html } from "@mailwright/html";
import type { LedgerItem } from "./ledger.ts";
import type { Message } from "./message.ts";
import { TellAll, TellOne, Told } from "./told-views.tsx";

interface DocumentProps {
  title: string;
  children: (Html | false | undefined)[];
}

function Document({ title, children }: DocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="stylesheet" href="/page.css" />
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}

/** Whether what becomes of messages can be told, and what came back when it was. */
interface Telling {
  tells: boolean;
  told: string | undefined;
}

/** The newest acceptances, as somebody who tries Mailwright out wants to see that emails arrive. */
export function LedgerView(props: Telling & { items: LedgerItem[]; accepted: number }) {
  const { items, accepted, tells, told } = props;
  return (
    <Document title="Stand-in email service">
      <header>
        <h1>Stand-in email service</h1>
        <p>
          It takes emails as a real service would, and delivers none of them.{" "}
          {accepted.toLocaleString("en-US")} accepted so far
          {accepted > items.length && ", the newest below"}.
        </p>
      </header>
      {told !== undefined && <Told answer={told} />}
      {tells && items.length > 0 && <TellAll shown={items.length} />}
      {items.length === 0 ? (
        <p class="empty">Nothing has been accepted yet.</p>
      ) : (
        <Table items={items} />
      )}
    </Document>
  );
}

function Table({ items }: { items: LedgerItem[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th>No.</th>
          <th>Accepted</th>
          <th>To</th>
          <th>Subject</th>
          <th>Message id</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ n, at, to, subject, message_id }) => (
          <tr>
            <td>{n}</td>
            <td>
              <time datetime={at}>{at.slice(0, 19).replace("T", " ")}</time>
            </td>
            <td>{to}</td>
            <td>
              <a href={`/messages/${n}`}>{subject || "(no subject)"}</a>
            </td>
            <td>
              <code>{message_id}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One acceptance with what was to be delivered; `message` is undefined once it is let go. */
export function MessageView(props: Telling & { item: LedgerItem; message: Message | undefined }) {
  const { item, message, tells, told } = props;
  const facts = [
    ["To", item.to],
    ["From", message && `${message.from.name ?? ""} <${message.from.email}>`],
    ["Key", item.key],
    ["Message id", item.message_id],
    ...Object.entries(item.headers ?? {}),
  ];
  return (
    <Document title={item.subject}>
      <p>
        <a href="/">All messages</a>
      </p>
      <h1>{item.subject || "(no subject)"}</h1>
      {told !== undefined && <Told answer={told} />}
      {tells && <TellOne n={item.n} />}
      <dl>
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value ?? "not given"}</dd>
          </div>
        ))}
      </dl>
      {message === undefined ? (
        <p class="empty">Only the newest messages are kept whole; this one is no longer.</p>
      ) : (
        <Parts n={item.n} message={message} />
      )}
    </Document>
  );
}

function Parts({ n, message }: { n: number; message: Message }) {
  return (
    <>
      {message.html && (
        <iframe src={`/messages/${n}/html`} sandbox="" title="The email as it would be shown" />
      )}
      <h2>Plain text</h2>
      <pre>{message.text}</pre>
    </>
  );
}
