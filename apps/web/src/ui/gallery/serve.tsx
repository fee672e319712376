import { render } from "@mailwright/html";
import { systemClock } from "@mailwright/platform";
import { Elysia } from "elysia";
import { contentSecurityPolicy, foreignDocument, fragment, page } from "../../http/html.ts";
import { redirect } from "../../http/htmx.ts";
import { createSeals } from "../../http/seal.ts";
import { publicRoutes } from "../../public/routes.ts";
import { Gallery } from "../gallery.tsx";
import type { Shell } from "../shell.ts";
import { themeOf } from "../theme.ts";
import { Toast } from "../toast.tsx";
import {
  SampleConfirm,
  SampleForm,
  SampleLive,
  SamplePreview,
  SampleProgress,
  SampleSignIn,
} from "./sample.tsx";
import { sampleShell } from "./sample-shell.ts";

/** The gallery and a few pages that act, without a database; the browser tests run against them. */
export function galleryApp() {
  return new Elysia()
    .use(publicRoutes({ config: { webUrl: "http://localhost" }, seals: createSeals([]) }))
    .get("/developer/ui", ({ request }) =>
      shown(request, (shell) => Gallery({ shell, now: systemClock.now() })),
    )
    .get("/developer/ui/confirm", ({ request }) =>
      shown(request, (shell) => SampleConfirm({ shell })),
    )
    .post("/developer/ui/confirm", ({ request }) => redirect(request, "/developer/ui"))
    .get("/developer/ui/form", ({ request }) =>
      shown(request, (shell) => SampleForm({ shell, form: {} })),
    )
    .post("/developer/ui/form", ({ request, body }) => {
      const { email } = body as { email: string };
      if (email === "crash@example.com") {
        return fragment(<Toast tone="danger" message="Something broke here." />, { status: 500 });
      }
      if (email === "stay@example.com") {
        return shown(request, (shell) => (
          <SampleForm
            shell={{ ...shell, toasts: [{ tone: "success", message: "Saved and stayed." }] }}
            form={{ values: { email } }}
          />
        ));
      }
      if (email.includes("@")) return redirect(request, "/developer/ui");
      const form = { values: { email }, errors: { email: "This is not an email address." } };
      return shown(request, (shell) => SampleForm({ shell, form }), 422);
    })
    .get("/developer/ui/live", ({ request }) => shown(request, (shell) => SampleLive({ shell })))
    .get("/developer/ui/preview", ({ request }) =>
      shown(request, (shell) => SamplePreview({ shell })),
    )
    .get("/developer/ui/foreign", () =>
      foreignDocument(
        `<p style="color:teal">Hello</p><script>document.body.append("ran")</script><img src=x onerror="document.body.append('ran')">`,
      ),
    )
    .get("/developer/ui/poll", () => fragment(<SampleProgress sent={10} />))
    .get("/developer/ui/stream", () => stream())
    .get("/sign-in", ({ request }) =>
      shown(request, ({ theme, nonce, path }) => SampleSignIn({ theme, nonce, path })),
    );
}

function shown(request: Request, view: (shell: Shell) => ReturnType<typeof Gallery>, status = 200) {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const { pathname } = new URL(request.url);
  const shell = sampleShell({ theme: themeOf(request), nonce, path: pathname });
  return page(view(shell), {
    status,
    headers: { "content-security-policy": contentSecurityPolicy(nonce) },
  });
}

/** Two messages, then the event that ends the stream. */
function stream(): Response {
  const messages = [4, 10].map((sent) => `data: ${render(<SampleProgress sent={sent} />)}\n\n`);
  return new Response([...messages, "event: done\ndata: \n\n"].join(""), {
    headers: { "content-type": "text/event-stream" },
  });
}

/** `bun apps/web/src/ui/gallery/serve.tsx [port]`: 0 or none takes any port that is free; the address is printed. */
if (import.meta.main) {
  const { server } = galleryApp().listen(Number(process.argv[2] ?? 0));
  process.stdout.write(`${new URL("/developer/ui", server?.url).href}\n`);
}
