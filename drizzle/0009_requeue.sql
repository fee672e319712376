CREATE TABLE "requeue" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"actor" text NOT NULL,
	"states" text[] NOT NULL,
	"email_ids" uuid[],
	"taken" integer DEFAULT 0 NOT NULL,
	"last_email_id" uuid,
	"activity_id" uuid,
	"moved_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "requeue" ADD CONSTRAINT "requeue_campaign_id_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaign"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "requeue_under_way" ON "requeue" USING btree ("moved_at") WHERE "requeue"."ended_at" IS NULL;--> statement-breakpoint
CREATE INDEX "requeue_by_campaign" ON "requeue" USING btree ("campaign_id");