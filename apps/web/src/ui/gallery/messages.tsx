import type { Html } from "@mailwright/html";
import { LinkButton } from "../button.tsx";
import { Banner, Callout } from "../banner.tsx";
import { Toast } from "../toast.tsx";
import type { MessageTone } from "../tone.ts";
import { Specimen, Specimens } from "./specimen.tsx";

const MESSAGES: { tone: MessageTone; message: string }[] = [
  { tone: "info", message: "A new version is being installed; nothing needs doing." },
  { tone: "success", message: "1,204 contacts were imported, 12 were skipped." },
  { tone: "warning", message: "No From address is set, so campaigns cannot be launched." },
  { tone: "danger", message: "The gateway refuses our password. Every campaign is paused." },
];

export function MessagesSection(): Html {
  return (
    <Specimens id="messages" title="Messages of three kinds">
      <Specimen name="Banner">
        <div>
          {MESSAGES.map((message) => (
            <Banner {...message} action={{ href: "#messages", label: "Settings" }} />
          ))}
        </div>
      </Specimen>
      <Specimen name="Callout">
        {MESSAGES.map(({ tone, message }) => (
          <Callout
            tone={tone}
            title={tone === "info" ? "Good to know" : undefined}
            action={
              tone === "warning" && (
                <LinkButton href="#messages" size="sm">
                  Set it
                </LinkButton>
              )
            }
          >
            {message}
          </Callout>
        ))}
      </Specimen>
      <Specimen name="Toast">
        <div class="columns">
          {MESSAGES.filter(({ tone }) => tone === "danger" || tone === "warning").map((message) => (
            <Toast {...message} action={{ href: "#messages", label: "Look" }} />
          ))}
        </div>
      </Specimen>
    </Specimens>
  );
}
