import ELK, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from "elkjs/lib/elk-api.js";
import type { MachineEdge, MachineGraph, MachineNode } from "@mailwright/email_machine";
import { digestId } from "@mailwright/platform";

/** A state with its place, in pixels from the upper left corner. */
export interface PlacedState extends Box {
  node: MachineNode;
}

/** All transitions from one state to another: they share a line, and each has its own words on it. */
export interface Arrow {
  from: string;
  to: string;
  /** The line, from state to state. */
  points: ElkPoint[];
  events: { edge: MachineEdge; text: string }[];
  /** The place of the words. */
  label: Box;
}

export interface MachineLayout {
  graph: MachineGraph;
  width: number;
  height: number;
  states: PlacedState[];
  arrows: Arrow[];
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Sizes that the drawing and its style sheet agree on. */
const NODE = { width: 172, height: 58 };
export const EVENT_LINE = 15;
const EVENT_CHARACTER = 6.7;
/** Room around everything, for the mark of the initial state and the width of lines. */
const MARGIN = 28;

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.padding": `[top=${MARGIN},left=${MARGIN},bottom=${MARGIN},right=${MARGIN}]`,
  // The initial state stands above what is under way, and that above what is settled.
  "elk.partitioning.activate": "true",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.thoroughness": "60",
  "elk.spacing.nodeNode": "36",
  "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeEdge": "14",
  "elk.spacing.edgeLabel": "4",
  "elk.layered.spacing.nodeNodeBetweenLayers": "28",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "10",
};

const known = new Map<string, Promise<MachineLayout>>();

/** Where everything of a machine stands in its drawing. The same definition is laid out once. */
export function layoutMachine(graph: MachineGraph): Promise<MachineLayout> {
  const key = digestId(JSON.stringify(graph));
  const layout = known.get(key) ?? layOut(graph);
  known.set(key, layout);
  // A layout that failed is tried anew by the next who asks.
  layout.catch(() => known.delete(key));
  return layout;
}

async function layOut(graph: MachineGraph): Promise<MachineLayout> {
  const arrows = bundle(graph.edges);
  const placed = await place({
    id: graph.name,
    layoutOptions: OPTIONS,
    children: graph.nodes.map((node) => ({
      id: node.id,
      ...NODE,
      layoutOptions: { "elk.partitioning.partition": String(rankOf(graph, node)) },
    })),
    edges: arrows.map(asElkEdge),
  });
  return {
    graph,
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    states: graph.nodes.map((node) => ({
      node,
      ...boxOf(placed.children?.find(({ id }) => id === node.id)),
    })),
    arrows: arrows.map((arrow, index) => {
      const edge = placed.edges?.[index];
      return { ...arrow, points: pointsOf(edge), label: boxOf(edge?.labels?.[0]) };
    }),
  };
}

/**
 * Runs the layout in a worker. Loading the library and laying out take over 100 ms of a processor, which would hold up
 * every request; and its module takes over `onmessage` of the global scope it is loaded in, which keeps a process alive.
 */
async function place(graph: ElkNode): Promise<ElkNode> {
  const elk = new ELK({
    workerFactory: () =>
      new Worker(Bun.resolveSync("elkjs/lib/elk-worker.min.js", import.meta.dir)),
  });
  try {
    return await elk.layout(graph);
  } finally {
    elk.terminateWorker();
  }
}

type Bundle = Pick<Arrow, "from" | "to" | "events">;

function bundle(edges: readonly MachineEdge[]): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const edge of edges) {
    const { from, to, event, guard } = edge;
    const key = `${from} ${to}`;
    const text = guard === undefined ? event : `${event} [${guard}]`;
    const one = bundles.get(key) ?? { from, to, events: [] };
    one.events.push({ edge, text });
    bundles.set(key, one);
  }
  return [...bundles.values()];
}

function asElkEdge({ from, to, events }: Bundle): ElkExtendedEdge {
  const longest = Math.max(...events.map(({ text }) => text.length));
  return {
    id: `${from}-${to}`,
    sources: [from],
    targets: [to],
    labels: [
      {
        text: "events",
        width: Math.ceil(longest * EVENT_CHARACTER) + 10,
        height: events.length * EVENT_LINE + 4,
        layoutOptions: { "elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER" },
      },
    ],
  };
}

function rankOf({ initial }: MachineGraph, { id, settled }: MachineNode): number {
  if (id === initial) return 0;
  return settled ? 2 : 1;
}

function pointsOf(edge: ElkExtendedEdge | undefined): ElkPoint[] {
  const section = edge?.sections?.[0];
  return section
    ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({
        x: rounded(x),
        y: rounded(y),
      }))
    : [];
}

function boxOf(shape: Partial<Box> | undefined): Box {
  const { x = 0, y = 0, width = 0, height = 0 } = shape ?? {};
  return { x: rounded(x), y: rounded(y), width, height };
}

/** Halves of a pixel: the drawing is the same to the eye, and its text is stable. */
function rounded(value: number): number {
  return Math.round(value * 2) / 2;
}
