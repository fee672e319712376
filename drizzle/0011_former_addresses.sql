CREATE TABLE "former_address" (
	"canonical_email" text COLLATE "C" NOT NULL,
	"contact_id" uuid NOT NULL,
	CONSTRAINT "former_address_canonical_email_contact_id_pk" PRIMARY KEY("canonical_email","contact_id")
);
--> statement-breakpoint
ALTER TABLE "email" ADD COLUMN "canonical_address" text COLLATE "C";--> statement-breakpoint
CREATE INDEX "former_address_contact" ON "former_address" USING btree ("contact_id");--> statement-breakpoint
-- What campaigns that are under way have frozen already, as far as it can be told. Of an address that was changed since and is
-- not ASCII the canonical form cannot be made here.
UPDATE "email" SET "canonical_address" = "contact"."canonical_email"
FROM "campaign", "contact"
WHERE "campaign"."state" IN ('sending', 'paused', 'cancelling') AND "email"."campaign_id" = "campaign"."id"
  AND "contact"."id" = "email"."contact_id" AND "contact"."email" = "email"."address"
  AND "contact"."email" <> "contact"."canonical_email" AND lower("contact"."email") <> "contact"."canonical_email";--> statement-breakpoint
INSERT INTO "former_address" ("canonical_email", "contact_id")
SELECT DISTINCT lower("email"."address"), "contact"."id"
FROM "campaign" JOIN "email" ON "email"."campaign_id" = "campaign"."id" JOIN "contact" ON "contact"."id" = "email"."contact_id"
WHERE "campaign"."state" IN ('sending', 'paused', 'cancelling') AND "email"."address" ~ '^[!-~]+$'
  AND lower("email"."address") <> "contact"."canonical_email";
