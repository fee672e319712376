import { type Static, Type } from "@sinclair/typebox";
import { JournalEntry } from "./batches.ts";
import { Id, parser } from "./values.ts";

/** The machine's definition as it runs in the email client, and how many live emails are in each state there. */
export const MachineView = Type.Object({
  name: Type.String(),
  initial: Type.String(),
  nodes: Type.Array(
    Type.Object({
      id: Type.String(),
      description: Type.String(),
      settled: Type.Boolean(),
      commands: Type.Array(Type.String()),
    }),
  ),
  edges: Type.Array(
    Type.Object({
      id: Type.String(),
      from: Type.String(),
      to: Type.String(),
      event: Type.String(),
      guard: Type.Optional(Type.String()),
    }),
  ),
  counts: Type.Record(Type.String(), Type.Integer()),
  emails: Type.Integer(),
  outbox: Type.Integer(),
});
export type MachineView = Static<typeof MachineView>;
export const parseMachineView = parser(MachineView);

/** The answer to `GET /v1/emails/:id`: the journal's entry, in the batch that holds it. */
export const JournaledEmail = Type.Object({ batch: Id, email: JournalEntry });
export type JournaledEmail = Static<typeof JournaledEmail>;
export const parseJournaledEmail = parser(JournaledEmail);

/** The answer to `GET /v1/redis`: what is wrong with how the email client's Redis keeps data, in sentences. */
export const RedisView = Type.Object({ faults: Type.Array(Type.String()) });
export type RedisView = Static<typeof RedisView>;
export const parseRedisView = parser(RedisView);
