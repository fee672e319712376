import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { ConflictError, found, InvalidInputError, NotFoundError } from "../../http/faults.ts";
import { apiPage, listAnswer, ListOf, ListQuery } from "../../http/paging.ts";
import { ById, byIds } from "../../http/params.ts";
import { apiSorted, sortedBy } from "../../http/sorting.ts";
import { deleteSegment, obstacleInWords } from "./deletion.ts";
import {
  MemberView,
  RuleBody,
  SEGMENT_SORTS,
  SegmentBody,
  SegmentChanges,
  SegmentView,
  SizeView,
} from "./forms.ts";
import { addOne, listMembers, type Member } from "./members.ts";
import { parseRule } from "./rule.ts";
import {
  changeSegment,
  createSegment,
  inRule,
  listSegments,
  type MembersChange,
  readSegment,
  removeFromSegment,
  type SegmentRow,
} from "./segments.ts";
import { sizeOf } from "./size.ts";

const Search = { search: Type.Optional(Type.String({ maxLength: 300 })) };
const SegmentList = Type.Object({ ...ListQuery.properties, ...Search });

export function segmentsApi(context: Context) {
  const { db } = context;
  const tags = ["Segments"];

  return new Elysia({ name: "segments-api", prefix: "/api/v1/segments" })
    .use(api(context))
    .get(
      "/",
      async ({ query }) => {
        const { order, page } = apiSorted(query, SEGMENT_SORTS);
        const { segments } = await listSegments(db, query.search ?? "", order, page);
        return listAnswer(segments, (segment) => view(segment, null));
      },
      {
        permission: "segments:read",
        query: Type.Object({ ...SegmentList.properties, ...sortedBy(SEGMENT_SORTS) }),
        response: { 200: ListOf(SegmentView) },
        detail: { summary: "List segments, the newest first unless sorted otherwise", tags },
      },
    )
    .post(
      "/",
      async ({ body, status }) => {
        const created = await createSegment(db, body);
        if (created.kind === "refused") throw new InvalidInputError(created.faults);
        return status(201, await sized(created.segment));
      },
      {
        permission: "segments:write",
        body: SegmentBody,
        response: { 201: SegmentView },
        detail: { summary: "Make a segment: static, or dynamic by a rule", tags },
      },
    )
    .post(
      "/count",
      async ({ body }) => {
        const parsed = parseRule(body.rule);
        if (!parsed.ok) throw new InvalidInputError(inRule(parsed.faults));
        const size = await sizeOf(context, { rule: parsed.rule });
        return { contacts: size.kind === "counted" ? size.contacts : null };
      },
      {
        permission: "segments:read",
        body: RuleBody,
        response: { 200: SizeView },
        detail: { summary: "Count whom a rule finds", tags },
      },
    )
    .get("/:id", async ({ params }) => sized(found(await readSegment(db, params.id))), {
      permission: "segments:read",
      params: ById,
      response: { 200: SegmentView },
      detail: { summary: "Read a segment with its size", tags },
    })
    .patch(
      "/:id",
      async ({ params, body: { revision, ...changes } }) => {
        const changed = await changeSegment(db, params.id, changes, revision);
        switch (changed.kind) {
          case "unknown":
            throw new NotFoundError();
          case "refused":
            throw new InvalidInputError(changed.faults);
          case "changed":
            return sized(changed.segment);
          case "being launched to":
            throw new ConflictError(changed.why);
          case "changed meanwhile":
            throw new ConflictError(
              "Somebody else changed the segment meanwhile. Read it, and make the change from there.",
            );
        }
      },
      {
        permission: "segments:write",
        params: ById,
        body: SegmentChanges,
        response: { 200: SegmentView },
        detail: { summary: "Rename a segment or change its rule", tags },
      },
    )
    .delete(
      "/:id",
      async ({ params, status }) => {
        const outcome = await deleteSegment(db, params.id);
        if (outcome.kind === "unknown") throw new NotFoundError();
        if (outcome.kind === "refused") throw new ConflictError(obstacleInWords(outcome.obstacle));
        return status(204, undefined);
      },
      {
        permission: "segments:write",
        params: ById,
        response: { 204: Type.Undefined({ description: "Deleted" }) },
        detail: { summary: "Delete a segment; its contacts stay", tags },
      },
    )
    .get(
      "/:id/contacts",
      async ({ params, query }) => {
        const segment = found(await readSegment(db, params.id));
        const members = await listMembers(db, segment.id, query.search ?? "", apiPage(query));
        if (members.kind === "too long")
          throw new ConflictError("The rule of this segment takes too long to list whom it finds.");
        return listAnswer(members.value, memberView);
      },
      {
        permission: "segments:read",
        params: ById,
        query: SegmentList,
        response: { 200: ListOf(MemberView) },
        detail: { summary: "List the contacts in a segment, the newest contacts first", tags },
      },
    )
    .put(
      "/:id/contacts/:contact_id",
      async ({ params, status }) => {
        settle(await addOne(db, params.id, params.contact_id));
        return status(204, undefined);
      },
      {
        permission: "segments:write",
        params: byIds("id", "contact_id"),
        response: { 204: Type.Undefined({ description: "In the segment" }) },
        detail: { summary: "Add a contact to a static segment", tags },
      },
    )
    .delete(
      "/:id/contacts/:contact_id",
      async ({ params, status }) => {
        settle(await removeFromSegment(db, params.id, [params.contact_id]));
        return status(204, undefined);
      },
      {
        permission: "segments:write",
        params: byIds("id", "contact_id"),
        response: { 204: Type.Undefined({ description: "Not in the segment" }) },
        detail: { summary: "Remove a contact from a static segment", tags },
      },
    );

  async function sized(segment: SegmentRow) {
    const { rule } = segment;
    if (rule === null) return view(segment, segment.size);
    const size = await sizeOf(context, { ...segment, rule });
    return view(segment, size.kind === "counted" ? size.contacts : null);
  }
}

function settle(change: MembersChange): void {
  if (change.kind === "unknown") throw new NotFoundError();
  if (change.kind === "dynamic") throw new ConflictError("A rule decides who is in this segment.");
}

function view(
  { id, name, rule, size, created_at, updated_at, revision }: SegmentRow,
  counted: number | null,
) {
  return {
    id,
    name,
    rule,
    size: rule === null ? size : counted,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
    revision,
  };
}

function memberView({ id, email, name, first_name, last_name, ...member }: Member) {
  return {
    id,
    email,
    name,
    first_name,
    last_name,
    attributes: member.attributes,
    created_at: member.created_at.toISOString(),
    added_at: member.added_at?.toISOString() ?? null,
  };
}
