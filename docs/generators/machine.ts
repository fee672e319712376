import { emailGraph, type MachineEdge } from "../../packages/email_machine/src/index.ts";
import { standaloneDrawing } from "../../apps/web/src/features/developer/standalone-drawing.tsx";
import { code, GENERATED, page, table } from "./markdown.ts";

/** The drawing of the email machine: the same that the pages show. */
export async function machineDrawing(): Promise<string> {
  return `${await standaloneDrawing(emailGraph())}\n`;
}

/** The email machine in words, with a diagram for whatever draws Mermaid. */
export function machinePage(): string {
  const { initial, nodes, edges } = emailGraph();
  return page(
    "# The machine of an email",
    GENERATED,
    "Every email is one run of this machine (`packages/email_machine`): events are facts, commands are what the runner does when a state is entered. A double frame marks a settled state, which an email leaves only by a requeue or by a late answer of the gateway.",
    "![The states of an email and the events between them](email.svg)",
    table(
      ["State", "Meaning", "On entry", "Leaves on"],
      nodes.map(({ id, description, commands }) => [
        `**${id}**`,
        description,
        commands.map(code).join(", "),
        edges
          .filter(({ from }) => from === id)
          .map((edge) => `${code(eventOf(edge))} → ${edge.to}`)
          .join("<br>"),
      ]),
    ),
    ["```mermaid", ...mermaid(initial, edges), "```"].join("\n"),
  );
}

function mermaid(initial: string, edges: readonly MachineEdge[]): string[] {
  return [
    "stateDiagram-v2",
    `  [*] --> ${initial}`,
    ...edges.map((edge) => `  ${edge.from} --> ${edge.to}: ${eventOf(edge)}`),
  ];
}

function eventOf({ event, guard }: MachineEdge): string {
  return guard === undefined ? event : `${event} [${guard}]`;
}
