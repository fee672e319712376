DROP INDEX "contact_name";--> statement-breakpoint
ALTER TABLE "contact" ALTER COLUMN "shown_name" SET EXPRESSION AS (lower(coalesce(nullif("contact"."name", ''), nullif(btrim("contact"."first_name" || ' ' || "contact"."last_name"), ''), "contact"."canonical_email")));--> statement-breakpoint
CREATE INDEX "contact_name" ON "contact" USING btree ("shown_name","id","canonical_email");
