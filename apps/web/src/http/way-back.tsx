import { ID_PATTERN } from "@mailwright/platform";
import type { Html } from "@mailwright/html";
import { LinkButton } from "../ui/button.tsx";

const LIST = /^\/(campaigns|contacts|imports|segments|templates)\//;
const RECORD = new RegExp(`${LIST.source}${ID_PATTERN.slice(1, -1)}(?=/|$)`);

/**
 * The way on from what went wrong at a record or below it: to the record where it is there but something is not possible with
 * it, and to its list where it is not there, for what stands below it is then not there either. Nothing anywhere else.
 */
export function WayBack(props: { path: string; status: number }): Html | null {
  const { path, status } = props;
  const record = RECORD.exec(path)?.[0];
  const list = LIST.exec(path)?.[1];
  if (status === 409 && record !== undefined) return <LinkButton href={record}>Back</LinkButton>;
  if (status === 404 && list !== undefined)
    return <LinkButton href={`/${list}`}>{`To the ${list}`}</LinkButton>;
  return null;
}
