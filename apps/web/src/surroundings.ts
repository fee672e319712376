import type { Clock } from "@mailwright/platform";
import type { Config } from "./config.ts";
import type { Queryable } from "./db/open.ts";
import type { GatewayWatch } from "./features/settings/gateway-watch.ts";
import { problemsOf } from "./features/settings/setup.ts";
import { readSettings } from "./features/settings/settings.ts";
import { can, type User } from "./http/access.ts";
import type { Surroundings } from "./http/shell.ts";
import { navigation } from "./navigation.ts";

/**
 * What stands around the pages of one person: the organisation's name, where they may go, and what is not set up yet,
 * with the way there for those who can do something about it.
 */
export async function readSurroundings(
  {
    config,
    db,
    gatewayWatch,
    clock,
  }: { config: Pick<Config, "webUrl">; db: Queryable; gatewayWatch: GatewayWatch; clock: Clock },
  user: User,
): Promise<Surroundings> {
  const [settings, seen] = await Promise.all([readSettings(db), gatewayWatch.look()]);
  const canMend = can(user, "settings:write");
  return {
    organisation: settings.organisation,
    nav: navigation(user),
    banners: problemsOf(config, settings, seen, clock.now()).map(({ message, action }) => ({
      tone: "warning",
      message,
      ...(action && canMend && { action }),
    })),
  };
}
