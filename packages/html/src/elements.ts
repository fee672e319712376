/// <reference types="@kitajs/html" />
import type { Children } from "./children.ts";

/** Kita's table of elements, whose attributes we keep. */
type KitaElements = JSX.IntrinsicElements;

/** What a strict content security policy or escaping by default leaves no room for. */
type Refused = "children" | "safe" | "attrs" | "className" | "style" | `on${string}` | "class";

/** A number is as good as its text wherever text is taken. */
type OrNumber<T> = string extends T ? T | number : T;

type Attributes<T> = { [K in keyof T as K extends Refused ? never : K]: OrNumber<T[K]> };

export interface Classed {
  /** One class list, or parts of it; what is not a string is left out. */
  class?: string | readonly (string | false | null | undefined)[] | undefined;
}

/** Attributes of SVG elements; Kita takes any name here, so the ones in use are listed. */
interface SvgAttributes extends Attributes<JSX.HtmlTag> {
  viewBox?: string | undefined;
  preserveAspectRatio?: string | undefined;
  width?: number | string | undefined;
  height?: number | string | undefined;
  x?: number | string | undefined;
  y?: number | string | undefined;
  x1?: number | string | undefined;
  x2?: number | string | undefined;
  y1?: number | string | undefined;
  y2?: number | string | undefined;
  dx?: number | string | undefined;
  dy?: number | string | undefined;
  cx?: number | string | undefined;
  cy?: number | string | undefined;
  r?: number | string | undefined;
  rx?: number | string | undefined;
  ry?: number | string | undefined;
  d?: string | undefined;
  points?: string | undefined;
  transform?: string | undefined;
  href?: string | undefined;
  xmlns?: string | undefined;
  fill?: string | undefined;
  stroke?: string | undefined;
  offset?: number | string | undefined;
  refX?: number | undefined;
  refY?: number | undefined;
  markerWidth?: number | undefined;
  markerHeight?: number | undefined;
  orient?: string | undefined;
  target?: string | undefined;
}

type ElementAttributes<T> = string extends keyof T ? SvgAttributes : Attributes<T>;

type Selector = string;
/** A path or URL; one with a scheme other than http, https, mailto or tel becomes `about:invalid`. */
type Url = string;
type Swap =
  | "innerHTML"
  | "outerHTML"
  | "outerSync"
  | "innerMorph"
  | "outerMorph"
  | "textContent"
  | "beforebegin"
  | "afterbegin"
  | "beforeend"
  | "afterend"
  | "delete"
  | "none"
  | (string & {});
type Flag = "true" | "false";
/** Written as JSON, so that a value can never add a key. */
type Values = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Attributes that descendants may take over, when spelt with `:inherited`. */
interface InheritableHtmx {
  "hx-target"?: Selector | undefined;
  "hx-swap"?: Swap | undefined;
  "hx-select"?: Selector | undefined;
  "hx-select-oob"?: string | undefined;
  "hx-include"?: Selector | undefined;
  "hx-indicator"?: Selector | undefined;
  "hx-disable"?: Selector | undefined;
  "hx-sync"?: string | undefined;
  "hx-confirm"?: string | undefined;
  "hx-push-url"?: Flag | Url | undefined;
  "hx-replace-url"?: Flag | Url | undefined;
  "hx-boost"?: Flag | (string & {}) | undefined;
  "hx-encoding"?: "multipart/form-data" | undefined;
  "hx-headers"?: Values | undefined;
  "hx-vals"?: Values | undefined;
  "hx-config"?: string | undefined;
}

type Inherited<T> = { [K in keyof T as `${K & string}:inherited`]: T[K] };
type Appended<T> = { [K in keyof T as `${K & string}:append`]: T[K] };

/** The attributes of htmx 4; those not named here throw when they are rendered. */
export interface HtmxAttributes
  extends InheritableHtmx, Inherited<InheritableHtmx>, Appended<InheritableHtmx> {
  "hx-get"?: Url | undefined;
  "hx-post"?: Url | undefined;
  "hx-put"?: Url | undefined;
  "hx-patch"?: Url | undefined;
  "hx-delete"?: Url | undefined;
  "hx-query"?: Url | undefined;
  "hx-action"?: Url | undefined;
  "hx-method"?: string | undefined;
  /** An event and its modifiers, `input changed delay:300ms`; a `[filter]` would need eval and does not run. */
  "hx-trigger"?: string | undefined;
  "hx-swap-oob"?: string | undefined;
  "hx-validate"?: Flag | undefined;
  "hx-preserve"?: boolean | undefined;
  "hx-ignore"?: boolean | undefined;
  "hx-morph-skip"?: boolean | undefined;
  "hx-morph-skip-children"?: boolean | undefined;
  "hx-history-elt"?: boolean | undefined;
  /** Opens an event stream; each message without an event name is swapped in. */
  "hx-sse:connect"?: Url | undefined;
  /** The event name that ends the stream. */
  "hx-sse:close"?: string | undefined;
}

type Parent = { children?: Children };
/** A script or style sheet is named by URL; text between its tags has no escaping that would make it safe. */
type Named = { children?: never };

export type Elements = {
  [K in Exclude<keyof KitaElements, "tag" | "embed" | "script" | "style">]: ElementAttributes<
    KitaElements[K]
  > &
    Classed &
    HtmxAttributes &
    Parent;
} & {
  script: Attributes<JSX.HtmlScriptTag> & Named;
  /** A part of an answer that goes to a target of its own. */
  "hx-partial": { id?: string; "hx-target"?: Selector; "hx-swap"?: Swap } & Parent;
};
