DROP INDEX "contact_name";--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "shown_name" text COLLATE "C" GENERATED ALWAYS AS (lower(coalesce(nullif("contact"."name", ''), btrim("contact"."first_name" || ' ' || "contact"."last_name")))) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "contact_name" ON "contact" USING btree ("shown_name","id");