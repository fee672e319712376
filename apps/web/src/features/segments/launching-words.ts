/** Why a segment stays as it is while campaigns are being launched to it. */
export function launchingInWords(campaigns: readonly { name: string }[]): string {
  return `${listed(campaigns)} ${campaigns.length === 1 ? "is" : "are"} being launched to it at this moment. Try again in a minute.`;
}

/** Things by their names, as a sentence lists them. */
export function listed(things: readonly { name: string }[]): string {
  const names = things.map(({ name }) => `“${name}”`);
  return new Intl.ListFormat("en-GB").format(names);
}
