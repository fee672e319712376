/**
 * A part that could not be started, for a reason that the person at the terminal can do something about. The message is
 * one or more whole sentences for that person: it is printed as it stands, without a stack.
 */
export class StartError extends Error {
  override readonly name = "StartError";
}
