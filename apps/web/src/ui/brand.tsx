import type { Html } from "@mailwright/html";
import { assetUrl } from "../public/assets.ts";

/** The mark and the name, leading to the first page. */
export function Brand(props: { organisation?: string | undefined }): Html {
  return (
    <a class="brand" href="/">
      <img class="brand-mark" src={assetUrl("favicon.svg")} alt="" width={28} height={28} />
      <span class="brand-name">
        Mailwright
        {props.organisation && <small>{props.organisation}</small>}
      </span>
    </a>
  );
}
