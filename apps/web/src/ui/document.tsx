import type { Children, Html } from "@mailwright/html";
import { assetUrl } from "../public/assets.ts";
import type { Theme } from "./theme.ts";

/**
 * htmx's settings: no style sheet of its own making (the policy allows our files only), no second attribute prefix, and
 * a region is replaced by the region that answers.
 */
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  prefix: "",
  defaultSwap: "outerHTML",
});

/** `<html>` and `<head>` of every page. Layouts use it; pages use a layout. */
export function Document(props: {
  title: string;
  /** Whose site it is, if not ours; empty for nobody's. */
  site?: string | undefined;
  theme: Theme;
  /** The nonce of the answer's content security policy. */
  nonce: string;
  children: Children;
}): Html {
  const { nonce } = props;
  return (
    <html lang="en" data-theme={props.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={props.theme === "auto" ? "light dark" : props.theme} />
        <meta name="robots" content="noindex" />
        <meta name="htmx-config" content={HTMX_CONFIG} />
        <title>{[props.title, props.site ?? "Mailwright"].filter(Boolean).join(" · ")}</title>
        <link rel="icon" href={assetUrl("favicon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={assetUrl("app.css")} />
        {/* First: it listens to what htmx says from its beginning on. */}
        <script src={assetUrl("app.js")} nonce={nonce} defer />
        <script src={assetUrl("htmx.js")} nonce={nonce} defer />
      </head>
      {props.children}
    </html>
  );
}
