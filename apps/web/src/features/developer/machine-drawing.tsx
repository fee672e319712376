import type { Children, Html } from "@mailwright/html";
import type { MachineGraph } from "@mailwright/email_machine";
import {
  type Arrow,
  EVENT_LINE,
  layoutMachine,
  type MachineLayout,
  type PlacedState,
} from "./machine-layout.ts";

/** How many emails are in a state: in the ledger and, of those, in the email client's hands; ready to read. */
export interface StateCount {
  ledger: string;
  /** Absent while the email client does not answer. */
  live?: string | undefined;
}

/** What is shown on a drawing besides the machine itself. */
export interface Marks {
  /** Ids of the transitions that were made (`pathOf`); the others step back. */
  taken?: readonly string[] | undefined;
  /** The state an email is in now. */
  now?: string | undefined;
  /** By state. */
  counts?: Readonly<Record<string, StateCount>> | undefined;
}

/**
 * A machine drawn for a page, in a frame that scrolls where it is too wide. `machine.css` has its looks; every state and
 * transition has an id, so there is room for one on a page.
 *
 *     await drawMachine(emailGraph(), { taken: pathOf(emailGraph(), events), now: email.state })
 */
export async function drawMachine(graph: MachineGraph, marks: Marks = {}): Promise<Html> {
  const layout = await layoutMachine(graph);
  return (
    <MachineFrame>
      <MachineDrawing layout={layout} {...marks} />
    </MachineFrame>
  );
}

/** What a drawing stands in: it is scrolled by key too. */
export function MachineFrame(props: { children: Children }): Html {
  return (
    <div class="machine-scroll" tabindex={0} role="region" aria-label="The drawing">
      {props.children}
    </div>
  );
}

/** The drawing alone, of a layout that is there already. */
export function MachineDrawing(props: { layout: MachineLayout; xmlns?: string } & Marks): Html {
  const { layout, taken, now, counts } = props;
  const { graph, width, height, states, arrows } = layout;
  const isTaken = (id: string) => taken?.includes(id) ?? false;
  return (
    <svg
      class="machine"
      xmlns={props.xmlns}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-labelledby="machine-title machine-description"
      data-traced={taken === undefined ? undefined : true}
    >
      <title id="machine-title">{`The states of an ${graph.name}`}</title>
      <desc id="machine-description">{describe(graph, taken, now)}</desc>
      {[false, true].map((wanted) =>
        // What was taken lies over what was not.
        arrows
          .filter(({ events }) => events.some(({ edge }) => isTaken(edge.id)) === wanted)
          .map((arrow) => <ArrowLine arrow={arrow} taken={wanted} />),
      )}
      {arrows.map((arrow) => (
        <ArrowWords arrow={arrow} isTaken={isTaken} />
      ))}
      {states.map((state) => (
        <State
          state={state}
          initial={state.node.id === graph.initial}
          now={state.node.id === now}
          count={counts?.[state.node.id]}
        />
      ))}
    </svg>
  );
}

function describe(
  { nodes, edges }: MachineGraph,
  taken: readonly string[] | undefined,
  now: string | undefined,
): string {
  const sizes = `${nodes.length} states and ${edges.length} transitions between them.`;
  if (taken === undefined) return `${sizes} The table beside it says the same in words.`;
  const events = edges.filter(({ id }) => taken.includes(id)).map(({ event }) => event);
  return `${sizes} Made: ${events.join(", ") || "none"}.${now === undefined ? "" : ` Now: ${now}.`}`;
}

const CORNER = 7;
const HEAD = { length: 8, half: 4 };

function ArrowLine(props: { arrow: Arrow; taken: boolean }): Html {
  const { from, to, points } = props.arrow;
  return (
    <g class="machine-arrow" id={`arrow-${from}-${to}`} data-taken={props.taken ? true : undefined}>
      <path d={roundedPath(points)} />
      <polygon points={arrowHead(points)} />
    </g>
  );
}

function ArrowWords(props: { arrow: Arrow; isTaken: (id: string) => boolean }): Html {
  const { events, label } = props.arrow;
  return (
    <>
      {events.map(({ edge, text }, index) => (
        <text
          class="machine-event"
          id={`edge-${edge.id}`}
          x={label.x + label.width / 2}
          y={label.y + 13 + index * EVENT_LINE}
          text-anchor="middle"
          data-taken={props.isTaken(edge.id) ? true : undefined}
        >
          {text}
        </text>
      ))}
    </>
  );
}

function State(props: {
  state: PlacedState;
  initial: boolean;
  now: boolean;
  count: StateCount | undefined;
}): Html {
  const { node, x, y, width, height } = props.state;
  const { count } = props;
  const end = width - 14;
  return (
    <g
      class="machine-state"
      id={`state-${node.id}`}
      data-tone={node.id}
      data-now={props.now ? true : undefined}
      transform={`translate(${x} ${y})`}
    >
      <title>{node.description}</title>
      {props.initial && (
        <g class="machine-initial">
          <circle cx={-21} cy={height / 2} r={4} />
          <path d={`M-17 ${height / 2}H-6`} />
          <polygon points={`-8,${height / 2 - 4} 0,${height / 2} -8,${height / 2 + 4}`} />
        </g>
      )}
      <rect width={width} height={height} rx={9} />
      {node.settled && (
        <rect class="machine-settled" x={3} y={3} width={width - 6} height={height - 6} rx={6.5} />
      )}
      <text class="machine-name" x={14} y={25}>
        {node.id}
      </text>
      <text class="machine-command" x={14} y={44}>
        {node.commands.join(", ")}
      </text>
      {count && (
        <>
          <text class="machine-count" id={`count-${node.id}`} x={end} y={25} text-anchor="end">
            {count.ledger}
          </text>
          <text class="machine-live" id={`live-${node.id}`} x={end} y={44} text-anchor="end">
            {count.live ?? ""}
          </text>
        </>
      )}
    </g>
  );
}

interface Point {
  x: number;
  y: number;
}

/** A line through the points whose corners are round. It ends where its head begins. */
function roundedPath(points: readonly Point[]): string {
  const [start] = points;
  const last = points.at(-1);
  const before = points.at(-2);
  if (start === undefined || last === undefined || before === undefined) return "";
  const corners = points.slice(1, -1).map((corner, index) => {
    const previous = points[index] ?? corner;
    const next = points[index + 2] ?? corner;
    const reach = Math.min(CORNER, distance(previous, corner) / 2, distance(corner, next) / 2);
    const into = towards(corner, previous, reach);
    const out = towards(corner, next, reach);
    return `L${into.x} ${into.y}Q${corner.x} ${corner.y} ${out.x} ${out.y}`;
  });
  const end = towards(last, before, HEAD.length - 1);
  return `M${start.x} ${start.y}${corners.join("")}L${end.x} ${end.y}`;
}

function arrowHead(points: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return "";
  const base = towards(tip, before, HEAD.length);
  const across = { x: (tip.y - base.y) / HEAD.length, y: (tip.x - base.x) / HEAD.length };
  const [left, right] = [1, -1].map((side) => ({
    x: base.x + side * across.x * HEAD.half,
    y: base.y + side * across.y * HEAD.half,
  }));
  return `${tip.x},${tip.y} ${left?.x},${left?.y} ${right?.x},${right?.y}`;
}

/** The point on the way from one to the other, so many pixels from the one. */
function towards(from: Point, to: Point, pixels: number): Point {
  const length = distance(from, to) || 1;
  return {
    x: tenth(from.x + ((to.x - from.x) / length) * pixels),
    y: tenth(from.y + ((to.y - from.y) / length) * pixels),
  };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
