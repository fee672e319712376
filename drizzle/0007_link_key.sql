CREATE TABLE "link_key" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"secret" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "link_key_one_row" CHECK ("link_key"."id" = 1)
);
--> statement-breakpoint
-- Three random UUIDs are 366 bits from the system's generator, hashed to the 256 that HMAC-SHA256 uses.
INSERT INTO "link_key" ("secret")
SELECT encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex');
