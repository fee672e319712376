import { expect, test } from "bun:test";
import { emailGraph, type MachineGraph } from "@mailwright/email_machine";
import { render } from "@mailwright/html";
import { findElements } from "../../testing/find-elements.ts";
import { drawMachine, type Marks } from "./machine-drawing.tsx";
import { standaloneDrawing } from "./standalone-drawing.tsx";

const graph = emailGraph();

async function drawn(marks: Marks = {}, machine: MachineGraph = graph): Promise<string> {
  return render(await drawMachine(machine, marks));
}

function idsOf(markup: string, selector: string): string[] {
  return findElements(markup, selector).map(({ attributes }) => attributes["id"] ?? "");
}

/** The rewriter under `findElements` passes over `desc`. */
function descriptionIn(markup: string): string | undefined {
  return /<desc id="machine-description">([^<]*)<\/desc>/.exec(markup)?.[1];
}

test("each state and each transition has an id of its own, and its words", async () => {
  const markup = await drawn();
  expect(idsOf(markup, ".machine-state")).toEqual(graph.nodes.map(({ id }) => `state-${id}`));
  expect(idsOf(markup, ".machine-event").toSorted()).toEqual(
    graph.edges.map(({ id }) => `edge-${id}`).toSorted(),
  );
  const ids = [...markup.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const words = findElements(markup, "#edge-sending-UNAVAILABLE-retrying");
  expect(words.map(({ text }) => text)).toEqual(["UNAVAILABLE [attemptsLeft]"]);
  expect(findElements(markup, "#state-sending text").map(({ text }) => text)).toEqual([
    "sending",
    "deliver",
  ]);
});

test("the drawing says what it is to whoever does not see it", async () => {
  const markup = await drawn();
  expect(findElements(markup, "svg")[0]?.attributes).toMatchObject({
    role: "img",
    "aria-labelledby": "machine-title machine-description",
  });
  expect(findElements(markup, "#machine-title")[0]?.text).toBe("The states of an email");
  expect(descriptionIn(markup)).toStartWith("9 states and 30 transitions");
});

test("the way that was taken is marked, and where it led", async () => {
  const taken = ["queued-START-sending", "sending-ACCEPTED-sent"];
  const markup = await drawn({ taken, now: "sent" });
  expect(idsOf(markup, ".machine-event[data-taken]")).toEqual(taken.map((id) => `edge-${id}`));
  expect(idsOf(markup, ".machine-arrow[data-taken]")).toEqual([
    "arrow-queued-sending",
    "arrow-sending-sent",
  ]);
  expect(idsOf(markup, ".machine-state[data-now]")).toEqual(["state-sent"]);
  expect(descriptionIn(markup)).toBe(
    "9 states and 30 transitions between them. Made: START, ACCEPTED. Now: sent.",
  );
});

test("counts stand in their states, each in a place that can be written anew", async () => {
  const markup = await drawn({ counts: { sent: { ledger: "1,234", live: "5 now" } } });
  expect(findElements(markup, "#count-sent")[0]?.text).toBe("1,234");
  expect(findElements(markup, "#live-sent")[0]?.text).toBe("5 now");
  expect(findElements(markup, "#count-failed")).toEqual([]);
});

test("whatever a machine's words are, they stay words, and nothing in it is styled or run in place", async () => {
  const node = { description: "<script>x</script>", settled: false, commands: ["<b>"] };
  const hostile = {
    name: 'e"><script>alert(1)</script>',
    initial: "a",
    nodes: [
      { id: "a", ...node },
      { id: "b", ...node },
    ],
    edges: [{ id: "e", from: "a", to: "b", event: "<i>", guard: "&" }],
  };
  const markup = await drawn({}, hostile);
  expect(markup).not.toMatch(/<(script|b|i)>/);
  expect(markup).not.toMatch(/\s(style|on\w+)=/);
});

test("a drawing that stands alone has its style with it: every colour it names, and no rule for what it lacks", async () => {
  const svg = await standaloneDrawing(graph);
  const [, style = ""] = /<style>(.*?)<\/style>/s.exec(svg) ?? [];
  const declared = new Set([...style.matchAll(/(--[\w-]+):/g)].map(([, name]) => name));
  const used = [...style.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(20);
  expect(used.filter((name) => !declared.has(name))).toEqual([]);
  expect(style).not.toMatch(/@layer|machine-scroll|data-taken|url\(/);
  expect(svg).toStartWith('<svg class="machine" xmlns="http://www.w3.org/2000/svg" ');
  expect(await standaloneDrawing(emailGraph())).toBe(svg);
});
