ALTER TABLE "campaign" ADD COLUMN "sender_refusals" jsonb;--> statement-breakpoint
ALTER TABLE "campaign" ADD COLUMN "resumed_at" timestamp with time zone;