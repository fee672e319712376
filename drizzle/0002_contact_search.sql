DROP INDEX "contact_name";--> statement-breakpoint
DROP INDEX "contact_last_name";--> statement-breakpoint
CREATE INDEX "contact_name" ON "contact" USING btree ((lower(coalesce(nullif("name", ''), btrim("first_name" || ' ' || "last_name"))) COLLATE "C"),"id");--> statement-breakpoint
CREATE INDEX "contact_first_name" ON "contact" USING btree ((lower("first_name") COLLATE "C")) WHERE "contact"."name" <> '' AND "contact"."first_name" <> '' AND NOT starts_with(lower("contact"."name"), lower("contact"."first_name"));--> statement-breakpoint
CREATE INDEX "contact_last_name" ON "contact" USING btree ((lower("last_name") COLLATE "C")) WHERE "contact"."last_name" <> '';--> statement-breakpoint
CREATE INDEX "contact_domain" ON "contact" USING btree (split_part("canonical_email", '@', 2));--> statement-breakpoint
ALTER TABLE "suppression" ADD COLUMN "id" uuid DEFAULT uuidv7() NOT NULL;--> statement-breakpoint
ALTER TABLE "suppression" ADD CONSTRAINT "suppression_id" UNIQUE("id");--> statement-breakpoint
ALTER TABLE "import" ALTER COLUMN "bytes" SET DEFAULT 0;--> statement-breakpoint
ALTER TABLE "import" ADD COLUMN "encoding" text DEFAULT 'utf-8' NOT NULL;--> statement-breakpoint
ALTER TABLE "import" ADD COLUMN "separator" text DEFAULT ',' NOT NULL;--> statement-breakpoint
ALTER TABLE "import" ADD COLUMN "has_header" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "import" ADD COLUMN "lines_read" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "import_reject" ADD COLUMN "cells" text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "import_reject" DROP COLUMN "row";--> statement-breakpoint
-- Pieces of a file are read once or twice and then deleted: compressing them costs more than it saves.
ALTER TABLE "import_chunk" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;--> statement-breakpoint
-- What the foreign keys of "segment_contact" did a row at a time, a statement at a time.
ALTER TABLE "segment_contact" DROP CONSTRAINT "segment_contact_segment_id_segment_id_fk";--> statement-breakpoint
ALTER TABLE "segment_contact" DROP CONSTRAINT "segment_contact_contact_id_contact_id_fk";--> statement-breakpoint
CREATE OR REPLACE FUNCTION "count_segment_members"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "counted" bigint;
BEGIN
  UPDATE "segment" SET "size" = "size" + CASE WHEN TG_OP = 'INSERT' THEN "changed"."members" ELSE -"changed"."members" END
  FROM (SELECT "segment_id", count(*) AS "members" FROM "touched" GROUP BY "segment_id" ORDER BY "segment_id") AS "changed"
  WHERE "segment"."id" = "changed"."segment_id";
  GET DIAGNOSTICS "counted" = ROW_COUNT;
  IF TG_OP = 'INSERT' AND "counted" < (SELECT count(DISTINCT "segment_id") FROM "touched") THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'segment_contact_segment', MESSAGE = 'there is no such segment';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION "unlist_members"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'contact' THEN
    DELETE FROM "segment_contact" WHERE "contact_id" IN (SELECT "id" FROM "touched");
  ELSE
    DELETE FROM "segment_contact" WHERE "segment_id" IN (SELECT "id" FROM "touched");
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
-- Triggers fire by name, so rows are locked in one order everywhere: contacts, their tally, segments.
CREATE TRIGGER "unlist_deleted" AFTER DELETE ON "contact" REFERENCING OLD TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "unlist_members"();--> statement-breakpoint
CREATE TRIGGER "unlist_deleted" AFTER DELETE ON "segment" REFERENCING OLD TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "unlist_members"();
