import { toValue } from "liquidjs";

/** A value as LiquidJS prints it: nothing for null, arrays run together. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  const plain: unknown = toValue(value);
  if (typeof plain === "string") return plain;
  if (plain === null || plain === undefined) return "";
  if (Array.isArray(plain)) return plain.map(textOf).join("");
  return String(plain);
}
