CREATE TABLE "email_fact" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"email_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"source" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"dedupe_key" text NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "email_fact_once" ON "email_fact" USING btree ("email_id","dedupe_key");--> statement-breakpoint
CREATE INDEX "email_fact_campaign" ON "email_fact" USING btree ("campaign_id","kind","email_id");