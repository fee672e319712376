import type { Installation } from "../system/installation.ts";
import { RATES, SECOND } from "./world.ts";

interface Kind {
  kind: string;
  fields: { name: string }[];
}

/** A second gateway that leads to the same stand-in, and a route through both of them; the answer is the route's id. */
export async function addRoute({ api, gateway }: Installation): Promise<string> {
  const { url } = await api<{ url: string }>("GET", `/gateways/${gateway}`);
  await api("POST", "/gateways", {
    kind: "seed",
    name: "Second",
    url,
    username: SECOND,
    password: "hunter2",
    ...RATES,
  });
  const { items } = await api<{ items: Kind[] }>("GET", "/gateways/kinds");
  const weights = items.find(({ kind }) => kind === "route")?.fields ?? [];
  const route = await api<{ id: string }>("POST", "/gateways", {
    kind: "route",
    name: "Both",
    ...Object.fromEntries(weights.map(({ name }) => [name, 1])),
  });
  return route.id;
}
