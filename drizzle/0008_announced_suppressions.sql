-- Those that there are were told of, or nothing waits for them: only what comes from now on is news. A constant default
-- needs no rewriting of the table.
ALTER TABLE "suppression" ADD COLUMN "announced" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "suppression" ALTER COLUMN "announced" SET DEFAULT false;--> statement-breakpoint
CREATE INDEX "suppression_unannounced" ON "suppression" USING btree ("id") WHERE NOT "suppression"."announced";
