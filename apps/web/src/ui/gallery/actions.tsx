import type { Html } from "@mailwright/html";
import { Button, type ButtonVariant, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { ConfirmLink, Dialog } from "../dialog.tsx";
import { MenuButton, MenuLink, MenuNote, MenuWithButton } from "../menu.tsx";
import { Specimens } from "./specimen.tsx";

const VARIANTS: ButtonVariant[] = ["primary", "secondary", "ghost", "danger"];

export function ActionsSection(props: { csrf: string }): Html {
  const { csrf } = props;
  return (
    <Specimens id="actions" title="Actions">
      <Card title="Button, LinkButton">
        <div class="stack">
          <div class="row">
            {VARIANTS.map((variant) => (
              <Button type="button" variant={variant} icon="send">
                {variant}
              </Button>
            ))}
            <Button type="button" icon="ellipsis" label="More" />
            <LinkButton href="#actions" icon="external-link">
              A link
            </LinkButton>
          </div>
          <div class="row">
            {VARIANTS.map((variant) => (
              <Button type="button" size="sm" variant={variant}>
                Small
              </Button>
            ))}
            <Button type="button" disabled>
              Disabled
            </Button>
            <Button type="button" variant="primary" disabled>
              Disabled
            </Button>
            <Button type="button" variant="primary" data-busy="">
              Busy
            </Button>
            <Button type="button" data-busy="">
              Busy
            </Button>
          </div>
        </div>
      </Card>
      <Card title="Menu, Dialog, ConfirmLink">
        <div class="row">
          <MenuWithButton
            id="sample-menu"
            label="Add contacts"
            text="Add contacts"
            icon="plus"
            variant="secondary"
            size="md"
          >
            <MenuNote>Three ways</MenuNote>
            <MenuLink href="#actions" icon="user-plus">
              By hand
            </MenuLink>
            <MenuLink href="#actions" icon="file-spreadsheet">
              From a CSV file
            </MenuLink>
            <MenuButton action="/developer/ui" csrf={csrf} icon="trash-2" danger>
              Delete all
            </MenuButton>
          </MenuWithButton>
          <Button opens="sample-dialog">Open a dialog</Button>
          <ConfirmLink href="/developer/ui/confirm" icon="trash-2">
            Delete
          </ConfirmLink>
          <Dialog id="sample-dialog" title="Send a test email">
            <p class="muted">A dialog holds whatever a page can.</p>
          </Dialog>
        </div>
      </Card>
    </Specimens>
  );
}
