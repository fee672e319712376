ALTER TABLE "batch" ADD COLUMN "runs" smallint[];--> statement-breakpoint
-- An email is in the newest of its batches now; in each one before it was a run earlier, at the least.
UPDATE "batch" SET "runs" = coalesce("known"."runs", '{}')
FROM (SELECT "id" FROM "batch") AS "each" LEFT JOIN (
  SELECT "member"."batch", array_agg(coalesce("email"."run", 1) - "newer" ORDER BY "place") AS "runs"
  FROM (
    SELECT "batch"."id" AS "batch", "of"."email", "of"."place",
      row_number() OVER (PARTITION BY "of"."email" ORDER BY "batch"."id" DESC) - 1 AS "newer"
    FROM "batch", unnest("batch"."email_ids") WITH ORDINALITY AS "of" ("email", "place")
  ) AS "member" LEFT JOIN "email" ON "email"."id" = "member"."email"
  GROUP BY "member"."batch"
) AS "known" ON "known"."batch" = "each"."id"
WHERE "batch"."id" = "each"."id";--> statement-breakpoint
ALTER TABLE "batch" ALTER COLUMN "runs" SET NOT NULL;
