import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { ConflictError, found, NotFoundError } from "../../http/faults.ts";
import { parseQuery } from "../../http/forms.ts";
import { fragment } from "../../http/html.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { pages } from "../../http/pages.tsx";
import { deletionOf, deleteSegment, obstacleInWords } from "./deletion.ts";
import { CountQuery, SearchQuery, SEGMENT_SORTS, SegmentsQuery, SizeQuery } from "./forms.ts";
import { listMembers } from "./members.ts";
import { countOptOuts } from "./opt-outs.ts";
import { namesIn } from "./rule-choices.ts";
import { ruleInWords } from "./rule-words.ts";
import { listSegments, readSegment, type SegmentRow } from "./segments.ts";
import { SHOWN_MS, sizeOf } from "./size.ts";
import { CountedSize } from "./size-views.tsx";
import { CannotDelete, DeleteConfirm, SegmentPage, SegmentsPage } from "./views.tsx";

/** The list of segments, each with its members, and the way to be rid of one. */
export function segmentPages(context: Context) {
  const { db, clock } = context;
  const read = { permission: "segments:read" } as const;
  const readOne = { ...read, params: ById } as const;
  const writeOne = { permission: "segments:write", params: ById } as const;

  return new Elysia({ name: "segments", prefix: "/segments" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show, user }) => {
        const { q, sort, direction } = parseQuery(SegmentsQuery, request);
        const asked = askedPage(request, SEGMENT_SORTS[sort]);
        const { segments, total } = await listSegments(db, q, { by: sort, direction }, asked);
        return show(
          { title: "Segments" },
          <SegmentsPage
            segments={segments.items}
            total={total}
            search={q}
            sorting={{
              by: sort,
              direction,
              href: (by, direction) => listUrl({ q, by, direction }),
            }}
            {...pageLinks(request, segments)}
            now={clock.now()}
            writable={can(user, "segments:write")}
          />,
        );
      },
      read,
    )
    .get(
      "/:id",
      async ({ params, request, show, user, csrf }) => {
        const segment = found(await readSegment(db, params.id));
        const { q } = parseQuery(SearchQuery, request);
        const members = await listMembers(db, segment.id, q, askedPage(request));
        return show(
          { title: segment.name },
          <SegmentPage
            segment={segment}
            {...await ruleOf(segment, request)}
            members={{
              list: members.kind === "in time" ? members.value : "too long",
              search: q,
              csrf,
              now: clock.now(),
              ...(members.kind === "in time" && pageLinks(request, members.value)),
            }}
            now={clock.now()}
            writable={can(user, "segments:write")}
          />,
        );
      },
      readOne,
    )
    .get(
      "/:id/size",
      async ({ params, request }) => {
        const segment = found(await readSegment(db, params.id));
        const { rule, size } = segment;
        const words = parseQuery(SizeQuery, request).in === "words";
        const counted =
          rule === null
            ? ({ kind: "counted", contacts: size, at: context.clock.now() } as const)
            : await sizeOf(context, { ...segment, rule }, { urgent: words, staleMs: SHOWN_MS });
        return fragment(<CountedSize size={counted} words={words} now={context.clock.now()} />);
      },
      readOne,
    )
    .get(
      "/:id/delete",
      async ({ params, show, csrf }) => {
        const deletion = found(await deletionOf(db, params.id));
        const { segment, obstacle } = deletion;
        return show(
          { title: `Delete ${segment.name}`, width: "narrow" },
          obstacle === undefined ? (
            <DeleteConfirm csrf={csrf} deletion={deletion} />
          ) : (
            <CannotDelete segment={segment} why={obstacleInWords(obstacle)} />
          ),
        );
      },
      writeOne,
    )
    .post(
      "/:id/delete",
      async ({ params, leave }) => {
        const outcome = await deleteSegment(db, params.id);
        switch (outcome.kind) {
          case "unknown":
            throw new NotFoundError();
          case "refused":
            throw new ConflictError(obstacleInWords(outcome.obstacle));
          case "deleted":
            return leave("/segments", "The segment was deleted.");
        }
      },
      writeOne,
    );

  /** The rule of a dynamic segment in words, and how many have opted out of it; its size only where no script will ask for it. */
  async function ruleOf(segment: SegmentRow, request: Request) {
    const { id, rule } = segment;
    if (rule === null) return { rule: undefined, size: undefined, optOuts: 0 };
    const { count } = parseQuery(CountQuery, request);
    return {
      rule: ruleInWords(rule, await namesIn(db, rule)),
      optOuts: segment.has_opt_outs ? await countOptOuts(db, [id]) : 0,
      size: count === "now" ? await sizeOf(context, { ...segment, rule }) : undefined,
    };
  }
}

function listUrl({ q, by, direction }: { q: string; by: string; direction: string }): string {
  return `/segments?${new URLSearchParams({ ...(q !== "" && { q }), sort: by, direction })}`;
}
