import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { contentSecurityPolicy, page } from "../../http/html.ts";
import { pages } from "../../http/pages.tsx";
import { shellFor } from "../../http/shell.ts";
import type { SignedIn } from "../../http/access.ts";
import { Gallery } from "../../ui/gallery.tsx";
import { SampleConfirm } from "../../ui/gallery/sample.tsx";
import type { Shell } from "../../ui/shell.ts";

const GALLERY = "/developer/ui";
const SAMPLE = { tone: "info", message: "This is a sample: nothing was done." } as const;

/** The components, as they are in every state. What can be sent there changes nothing. */
export function galleryPages(context: Context) {
  const read = { permission: "developer:read" } as const;

  /** The gallery brings its own layout. */
  async function shown(
    { request, person }: { request: Request; person: SignedIn },
    view: (shell: Shell) => Parameters<typeof page>[0],
  ) {
    const shell = await shellFor(context, request, person);
    return page(view(shell), {
      headers: { "content-security-policy": contentSecurityPolicy(shell.nonce) },
    });
  }

  return new Elysia({ name: "gallery", prefix: GALLERY })
    .use(pages(context))
    .get(
      "/",
      (tools) => shown(tools, (shell) => <Gallery shell={shell} now={context.clock.now()} />),
      read,
    )
    .post("/", ({ leave }) => leave(GALLERY, SAMPLE), read)
    .get("/confirm", (tools) => shown(tools, (shell) => <SampleConfirm shell={shell} />), read)
    .post("/confirm", ({ leave }) => leave(GALLERY, SAMPLE), read);
}
