/** An address so that its owner knows it and whoever looks over their shoulder does not: `a…a@example.com`. */
export function masked(address: string): string {
  const at = address.lastIndexOf("@");
  const [first = "", ...rest] = address.slice(0, at);
  return `${first}…${rest.length > 2 ? rest.at(-1) : ""}${address.slice(at)}`;
}
