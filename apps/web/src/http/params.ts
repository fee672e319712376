import { Type } from "@sinclair/typebox";
import { ID_PATTERN } from "@mailwright/platform";

const Id = Type.String({ pattern: ID_PATTERN });

/** The parameters of `/contacts/:id`. What is no id names nothing, so it is a 404 like an id that nobody has. */
export const ById = Type.Object({ id: Id });

/** The same with a further id: `byIds("id", "contact_id")`. */
export function byIds<N extends string>(...names: N[]) {
  return Type.Object(Object.fromEntries(names.map((name) => [name, Id])) as Record<N, typeof Id>);
}
