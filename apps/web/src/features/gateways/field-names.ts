/** The box in the form of a gateway that has a stored secret forgotten. */
export function clearing(field: string): string {
  return `clear_${field}`;
}
