import { type AnyElysia, Elysia } from "elysia";
import { sql } from "drizzle-orm";
import { healthRoutes } from "@mailwright/platform";
import type { Context } from "./context.ts";
import { accountPages } from "./features/accounts/account-routes.tsx";
import { peoplePages } from "./features/accounts/people-routes.tsx";
import { signInPages, signOutPage } from "./features/accounts/sign-in-routes.tsx";
import { tokenPages } from "./features/accounts/token-routes.tsx";
import { apiDescription } from "./features/api/routes.ts";
import { bounceRoutes } from "./features/bounces/routes.ts";
import { dashboardPages } from "./features/dashboard/routes.tsx";
import { contactsApi } from "./features/contacts/api.ts";
import { optOutsApi } from "./features/contacts/opt-outs-api.ts";
import { contactPages } from "./features/contacts/routes.tsx";
import { importsApi } from "./features/imports/api.ts";
import { importPages } from "./features/imports/routes.tsx";
import { suppressionImportsApi } from "./features/imports/suppression-api.ts";
import { machinesApi } from "./features/developer/api.ts";
import { galleryPages } from "./features/developer/gallery-routes.tsx";
import { apiGuidePages } from "./features/developer/guide-routes.tsx";
import { machinePages } from "./features/developer/machine-routes.tsx";
import { developerPages } from "./features/developer/routes.tsx";
import { gatewayActionPages } from "./features/gateways/action-routes.tsx";
import { gatewaysApi } from "./features/gateways/api.ts";
import { gatewayStandingApi } from "./features/gateways/standing-api.ts";
import { guidePages } from "./features/guides/routes.tsx";
import { gatewayPages } from "./features/gateways/routes.tsx";
import { campaignsApi } from "./features/campaigns/api.ts";
import { campaignOrdersApi } from "./features/campaigns/orders-api.ts";
import { campaignPages } from "./features/campaigns/routes.tsx";
import { emailsApi } from "./features/emails/api.ts";
import { emailPages } from "./features/emails/routes.tsx";
import { leavingPages } from "./features/leaving/routes.tsx";
import { reportRoutes } from "./features/reports/routes.ts";
import { segmentsApi } from "./features/segments/api.ts";
import { segmentFormPages } from "./features/segments/form-routes.tsx";
import { memberPages } from "./features/segments/member-routes.tsx";
import { segmentPages } from "./features/segments/routes.tsx";
import { settingsApi } from "./features/settings/api.ts";
import { settingsPages } from "./features/settings/routes.tsx";
import { suppressionsApi } from "./features/suppressions/api.ts";
import { suppressionPages } from "./features/suppressions/routes.tsx";
import { templatesApi } from "./features/templates/api.ts";
import { templateEditorPages } from "./features/templates/editor-routes.tsx";
import { templateFrames } from "./features/templates/frame-routes.ts";
import { templatePages } from "./features/templates/routes.tsx";
import { templateTestPages } from "./features/templates/test-routes.tsx";
import { webhookRoutes } from "./features/webhooks/routes.ts";
import { templateVersionPages } from "./features/templates/version-routes.tsx";
import { type Apology, envelope } from "./http/envelope.ts";
import { answerError } from "./http/errors.tsx";
import { guardedRoutes, methodsAt } from "./http/routes-of.ts";
import { refuseUndecodableUrl } from "./http/url-text.ts";
import { publicRoutes } from "./public/routes.ts";

/** Every feature, by the plugin it exports. A new page or call is a line here. */
const FEATURES: readonly ((context: Context) => AnyElysia)[] = [
  publicRoutes,
  signInPages,
  signOutPage,
  accountPages,
  peoplePages,
  tokenPages,
  contactPages,
  contactsApi,
  optOutsApi,
  importPages,
  importsApi,
  suppressionImportsApi,
  suppressionPages,
  suppressionsApi,
  segmentPages,
  segmentFormPages,
  memberPages,
  segmentsApi,
  templatePages,
  templateEditorPages,
  templateFrames,
  templateVersionPages,
  templateTestPages,
  templatesApi,
  settingsPages,
  settingsApi,
  dashboardPages,
  gatewayPages,
  gatewayActionPages,
  gatewaysApi,
  gatewayStandingApi,
  guidePages,
  developerPages,
  machinePages,
  machinesApi,
  galleryPages,
  reportRoutes,
  bounceRoutes,
  campaignPages,
  campaignsApi,
  campaignOrdersApi,
  emailPages,
  emailsApi,
  leavingPages,
  webhookRoutes,
];

/** The whole of web. It opens nothing and starts nothing; a route that names no permission makes it throw. */
export function buildApp(context: Context): AnyElysia {
  const checks = { postgres: () => context.db.execute(sql`SELECT 1`) };
  const answer: Apology = (request, error) =>
    answerError(context, (path) => methodsAt(app, path), request, error);
  const app: AnyElysia = new Elysia({
    // Fields that a schema does not know are refused, not dropped without a word.
    normalize: false,
    // Bun's own router would go around the envelope.
    systemRouter: false,
  })
    .wrap(envelope(context, answer))
    .onRequest(({ request }) => refuseUndecodableUrl(request.url))
    .onError(({ error, request }) => answer(request, error))
    .use(healthRoutes(checks, context.metrics));
  for (const feature of FEATURES) app.use(feature(context));
  app.use(apiDescription(context, () => app.routes));
  app.use(apiGuidePages(context, () => app.routes));
  guardedRoutes(app);
  return app;
}
