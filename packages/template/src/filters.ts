import type { Context, FilterImplOptions, Liquid } from "liquidjs";

/** What a filter is called on. */
export interface FilterThis {
  context: Context;
}

/** Puts filters of ours in the place of LiquidJS's own, or beside them. */
export function registerFilters(
  engine: Liquid,
  filters: Readonly<Record<string, FilterImplOptions>>,
): void {
  for (const [name, filter] of Object.entries(filters)) engine.registerFilter(name, filter);
}
