ALTER TABLE "suppression" ADD COLUMN "former_reason" text;--> statement-breakpoint
ALTER TABLE "suppression" ADD COLUMN "former_origin" text;