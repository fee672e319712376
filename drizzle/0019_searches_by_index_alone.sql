ALTER TABLE "contact" DROP CONSTRAINT "contact_canonical_email";--> statement-breakpoint
DROP INDEX "contact_name";--> statement-breakpoint
DROP INDEX "contact_first_name";--> statement-breakpoint
DROP INDEX "contact_last_name";--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "sought_last_name" text COLLATE "C" GENERATED ALWAYS AS (lower("contact"."last_name")) STORED NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "contact_canonical_email" ON "contact" USING btree ("canonical_email") INCLUDE ("shown_name","id");--> statement-breakpoint
CREATE INDEX "contact_name" ON "contact" USING btree ("shown_name","id","canonical_email");--> statement-breakpoint
CREATE INDEX "contact_first_name" ON "contact" USING btree ((lower("first_name") COLLATE "C"),"first_name","shown_name","id","canonical_email") WHERE "contact"."name" <> '' AND "contact"."first_name" <> '' AND NOT starts_with(lower("contact"."name"), lower("contact"."first_name"));--> statement-breakpoint
CREATE INDEX "contact_last_name" ON "contact" USING btree ("sought_last_name","shown_name","id","canonical_email") WHERE "contact"."sought_last_name" <> '';
