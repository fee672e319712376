import { emailGraph } from "@mailwright/email_machine";
import { isId, problem, problemResponse } from "@mailwright/platform";
import {
  type JournaledEmail,
  type MachineView,
  parseNothing,
  type RedisView,
} from "@mailwright/protocol";
import { Elysia } from "elysia";
import type { Context } from "../context.ts";
import { signedCall } from "../http/signed-call.ts";
import { redisFaults } from "../redis/require.ts";

export function developerRoutes(context: Context) {
  const { journal, redis } = context;
  return new Elysia({ name: "developer" })
    .get("/v1/machine", ({ request }) =>
      signedCall(context, request, parseNothing, async () => {
        const { states, emails, outbox } = await journal.counts();
        return { ...emailGraph(), counts: states, emails, outbox } satisfies MachineView;
      }),
    )
    .get("/v1/redis", ({ request }) =>
      signedCall(
        context,
        request,
        parseNothing,
        async () => ({ faults: await redisFaults(redis) }) satisfies RedisView,
      ),
    )
    .get("/v1/emails/:id", ({ request, params }) =>
      signedCall(context, request, parseNothing, async () => {
        const batch = isId(params.id) ? await journal.find(params.id) : undefined;
        const held = batch === undefined ? undefined : await journal.read(batch);
        const email = held?.emails.find(({ id }) => id === params.id);
        if (batch === undefined || email === undefined) {
          return problemResponse(problem(404, "The journal does not have this email"));
        }
        return { batch, email } satisfies JournaledEmail;
      }),
    );
}
