import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { found } from "../../http/faults.ts";
import { ListOf } from "../../http/paging.ts";
import {
  countEmails,
  type Machine,
  type MachineCounts,
  machineNamed,
  MACHINES,
} from "./machines.ts";
import { drawingAnswer } from "./machine-routes.tsx";

const PREFIX = "/api/v1/machines";

const Summary = Type.Object({
  name: Type.String(),
  about: Type.String(),
  states: Type.Integer(),
  transitions: Type.Integer(),
  drawing: Type.String({ description: "The path of its drawing." }),
});

const Definition = Type.Object({
  name: Type.String(),
  about: Type.String(),
  initial: Type.String(),
  states: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.String(),
      settled: Type.Boolean({ description: "Whether an email stays in it by itself." }),
      commands: Type.Array(Type.String(), { description: "What is done when it is entered." }),
      ledger: Type.Integer({ description: "Emails of all campaigns that are in it." }),
      email_client: Type.Union([Type.Integer(), Type.Null()], {
        description: "How many of them the email client has; null while it does not answer.",
      }),
    }),
  ),
  transitions: Type.Array(
    Type.Object({
      id: Type.String(),
      from: Type.String(),
      to: Type.String(),
      event: Type.String(),
      guard: Type.Optional(Type.String()),
    }),
  ),
  drawing: Type.String(),
});

const ByName = Type.Object({ name: Type.String() });

export function machinesApi(context: Context) {
  const app = new Elysia({ name: "machines-api", prefix: PREFIX })
    .use(api(context))
    .get("/", () => ({ items: MACHINES.map(summaryOf) }), {
      permission: "developer:read",
      response: { 200: ListOf(Summary) },
      detail: { summary: "List the state machines", tags: ["Machines"] },
    })
    .get(
      "/:name",
      async ({ params }) => {
        const machine = found(machineNamed(params.name));
        return definitionOf(machine, await countEmails(context));
      },
      {
        permission: "developer:read",
        params: ByName,
        response: { 200: Definition },
        detail: {
          summary: "Read a machine: its states, its transitions and how many emails are where",
          tags: ["Machines"],
        },
      },
    );
  for (const { graph } of MACHINES) {
    app.get(`/${graph.name}.svg`, () => drawingAnswer(graph), {
      permission: "developer:read",
      detail: {
        summary: `Draw the machine of an ${graph.name} (SVG)`,
        responses: { 200: { description: "A drawing", content: { "image/svg+xml": {} } } },
        tags: ["Machines"],
      },
    });
  }
  return app;
}

function summaryOf({ graph, about }: Machine): Static<typeof Summary> {
  return {
    name: graph.name,
    about,
    states: graph.nodes.length,
    transitions: graph.edges.length,
    drawing: drawingOf(graph.name),
  };
}

function definitionOf(
  { graph, about }: Machine,
  { ledger, client }: MachineCounts,
): Static<typeof Definition> {
  return {
    name: graph.name,
    about,
    initial: graph.initial,
    states: graph.nodes.map(({ id, ...node }) => ({
      name: id,
      ...node,
      ledger: ledger[id] ?? 0,
      email_client: client.kind === "seen" ? (client.view.counts[id] ?? 0) : null,
    })),
    transitions: graph.edges,
    drawing: drawingOf(graph.name),
  };
}

function drawingOf(name: string): string {
  return `${PREFIX}/${name}.svg`;
}
