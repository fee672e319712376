import { Type } from "@sinclair/typebox";
import type { PageRequest } from "../db/keyset.ts";
import { apiPage, type KeyKind } from "./paging.ts";

/** What a list can be sorted by, each with the kind of its keys. The API takes the first where nothing is said. */
export type Sorts<By extends string> = Readonly<Record<By, KeyKind>>;

const Direction = Type.Union([Type.Literal("ascending"), Type.Literal("descending")], {
  description:
    "Unless it is said, texts begin with A, and everything else with the newest or largest.",
});

/** The part of an API list's query that says how it is sorted. */
export function sortedBy<By extends string>(sorts: Sorts<By>) {
  const words = Object.keys(sorts) as By[];
  const schema = Type.Union(
    words.map((word) => Type.Literal(word)),
    { description: `By ${words[0]} unless it is said. A cursor is good for its own order only.` },
  );
  return { sort: Type.Optional(Type.Unsafe<By>(schema)), direction: Type.Optional(Direction) };
}

/** How an API call wants a list, and which page of it. */
export function apiSorted<By extends string>(
  query: {
    sort?: By;
    direction?: "ascending" | "descending";
    after?: string;
    limit?: number;
  },
  sorts: Sorts<By>,
): { order: { by: By; direction: "ascending" | "descending" }; page: PageRequest } {
  const [usual] = Object.keys(sorts) as [By];
  const by = query.sort ?? usual;
  const direction = query.direction ?? (sorts[by] === "text" ? "ascending" : "descending");
  return { order: { by, direction }, page: apiPage(query, sorts[by]) };
}
