import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { campaignFixture } from "../testing/campaigns.ts";
import { signedInClient } from "../testing/client.ts";

test("what is not possible with a record leads back to it, and what is not there to the list of those that are", async () => {
  await using fixture = await campaignFixture(1);
  const editor = await signedInClient(fixture.context, "editor");
  const id = await fixture.draft();
  const none = newId();
  const ways = async (path: string) => {
    const page = await editor.get(path);
    const links = page
      .find("main a.button")
      .map(({ text, attributes }) => [text, attributes["href"]]);
    return [page.status, ...links];
  };
  const HOME = ["To the dashboard", "/"];
  expect(await ways(`/campaigns/${id}/requeue?states=failed`)).toEqual([
    409,
    ["Back", `/campaigns/${id}`],
    HOME,
  ]);
  const CAMPAIGNS = ["To the campaigns", "/campaigns"];
  expect(await ways(`/campaigns/${none}/recipients`)).toEqual([404, CAMPAIGNS, HOME]);
  expect(await ways("/campaigns/seven")).toEqual([404, CAMPAIGNS, HOME]);
  expect(await ways(`/contacts/${none}`)).toEqual([404, ["To the contacts", "/contacts"], HOME]);
  expect(await ways("/nothing/here")).toEqual([404, HOME]);
});
