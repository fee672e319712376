ALTER TABLE "import" ADD COLUMN "kind" text DEFAULT 'contacts' NOT NULL;--> statement-breakpoint
ALTER TABLE "import" ADD COLUMN "default_reason" text DEFAULT 'manual' NOT NULL;--> statement-breakpoint
CREATE INDEX "suppression_since" ON "suppression" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "suppression_reason" ON "suppression" USING btree ("reason","created_at","id");