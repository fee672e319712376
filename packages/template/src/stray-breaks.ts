import { BreakTag, ContinueTag, ForTag, type Template, toValueSync } from "liquidjs";

/**
 * The `break` and `continue` that no `for` takes up. They end the whole part where they stand, and with it goes what every
 * email has to carry. LiquidJS takes them up between `for` and its `else` alone: after that, and in a `tablerow`, they go
 * on outwards, as they do out of conditions and captures.
 */
export function strayBreaks(templates: readonly Template[]): Template[] {
  return templates.flatMap((template) => {
    if (template instanceof BreakTag || template instanceof ContinueTag) return [template];
    return strayBreaks(template instanceof ForTag ? template.elseTemplates : inside(template));
  });
}

/** What a marketer is told of one. */
export function strayBreakFault({ token }: Template): string {
  return `“${token.getText().trim()}” stands in no “for”, so it would cut off the rest of the email, the link to unsubscribe with it. Move it between “for” and “endfor”, or put what is for some only into an “if”.`;
}

function inside(template: Template): Template[] {
  return template.children === undefined ? [] : toValueSync(template.children(false, true));
}
