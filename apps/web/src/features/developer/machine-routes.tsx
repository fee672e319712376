import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { MachineGraph } from "@mailwright/email_machine";
import type { Context } from "../../context.ts";
import { eventStream, whenChanged } from "../../http/event-stream.ts";
import { found } from "../../http/faults.ts";
import { fragment } from "../../http/html.ts";
import { pages } from "../../http/pages.tsx";
import { lookOnce } from "../dashboard/look-once.ts";
import { layoutMachine } from "./machine-layout.ts";
import { MachineNews, MachinePage, MachinesPage } from "./machine-views.tsx";
import { countEmails, isSameMachine, type Machine, machineNamed, MACHINES } from "./machines.ts";
import { standaloneDrawing } from "./standalone-drawing.tsx";

const LOOK_MS = 1_000;

const ByName = Type.Object({ name: Type.String() });

/** The state machines, drawn and in words, with the numbers of emails in each state as they change. */
export function machinePages(context: Context) {
  const { clock } = context;
  const countTogether = lookOnce(clock, LOOK_MS / 2, () => countEmails(context));
  const read = { permission: "developer:read" } as const;
  const readOne = { ...read, params: ByName } as const;

  const news = ({ graph }: Machine) =>
    async function () {
      return <MachineNews graph={graph} counts={await countTogether()} />;
    };

  const app = new Elysia({ name: "machines", prefix: "/developer/machines" })
    .use(pages(context))
    .get("/", ({ show }) => show({ title: "Machines" }, <MachinesPage machines={MACHINES} />), read)
    .get(
      "/:name",
      async ({ params, show }) => {
        const machine = found(machineNamed(params.name));
        const [layout, counts] = await Promise.all([
          layoutMachine(machine.graph),
          countEmails(context),
        ]);
        const { client } = counts;
        const differs = client.kind === "seen" && !isSameMachine(machine, client.view);
        return show(
          { title: machine.title },
          <MachinePage machine={machine} layout={layout} counts={counts} differs={differs} />,
        );
      },
      readOne,
    )
    .get(
      "/:name/counts",
      async ({ params }) => fragment(await news(found(machineNamed(params.name)))()),
      readOne,
    )
    .get(
      "/:name/counts/stream",
      ({ params, request }) => {
        const machine = found(machineNamed(params.name));
        return eventStream(context, request, whenChanged(clock, LOOK_MS, news(machine)));
      },
      readOne,
    );
  // A parameter takes a whole segment, so a drawing has a route of its own.
  for (const { graph } of MACHINES) app.get(`/${graph.name}.svg`, () => drawingAnswer(graph), read);
  return app;
}

/** The drawing as an answer. Opened by itself it is a document, and its policy lets it have its style and nothing else. */
export async function drawingAnswer(graph: MachineGraph): Promise<Response> {
  return new Response(await standaloneDrawing(graph), {
    headers: {
      "content-type": "image/svg+xml",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    },
  });
}
