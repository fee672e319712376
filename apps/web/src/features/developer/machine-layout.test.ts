import { expect, test } from "bun:test";
import { emailGraph } from "@mailwright/email_machine";
import { layoutMachine, type PlacedState } from "./machine-layout.ts";

const graph = emailGraph();

test("every state and every transition has its place, and no state lies on another", async () => {
  const { states, arrows, width, height } = await layoutMachine(graph);
  expect(states.map(({ node }) => node.id)).toEqual(graph.nodes.map(({ id }) => id));
  const drawn = arrows.flatMap(({ events }) => events.map(({ edge }) => edge.id));
  expect(drawn.toSorted()).toEqual(graph.edges.map(({ id }) => id).toSorted());
  expect(arrows.filter(({ points }) => points.length < 2)).toEqual([]);
  const outside = states.filter(
    (state) =>
      state.x < 0 ||
      state.y < 0 ||
      state.x + state.width > width ||
      state.y + state.height > height,
  );
  expect(outside).toEqual([]);
  const overlaps = states.flatMap((one, index) =>
    states.slice(index + 1).filter((other) => overlap(one, other)),
  );
  expect(overlaps).toEqual([]);
});

test("the initial state stands above all others, and what is settled below what is under way", async () => {
  const { states } = await layoutMachine(graph);
  const y = (id: string) => states.find(({ node }) => node.id === id)!.y;
  const settled = graph.nodes.filter((node) => node.settled).map(({ id }) => y(id));
  const underWay = ["sending", "retrying", "resolving"].map(y);
  expect(y("queued")).toBeLessThan(Math.min(...underWay));
  expect(Math.max(...underWay)).toBeLessThan(Math.min(...settled));
});

test("the same definition is laid out once", () => {
  expect(layoutMachine(emailGraph())).toBe(layoutMachine(graph));
});

test("a process that laid something out can end", async () => {
  const layout = JSON.stringify(import.meta.resolve("./machine-layout.ts"));
  const program = `const { layoutMachine } = await import(${layout});
    const node = { description: "", settled: false, commands: [] };
    const { states } = await layoutMachine({ name: "m", initial: "a", edges: [{ id: "e", from: "a", to: "b", event: "E" }],
      nodes: [{ id: "a", ...node }, { id: "b", ...node }] });
    console.log(states.length);`;
  const run = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "inherit" });
  expect([await run.exited, await run.stdout.text()]).toEqual([0, "2\n"]);
});

function overlap(a: PlacedState, b: PlacedState): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
