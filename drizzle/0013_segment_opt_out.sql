CREATE TABLE "segment_opt_out" (
	"segment_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"email_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "segment_opt_out_segment_id_contact_id_pk" PRIMARY KEY("segment_id","contact_id")
);
--> statement-breakpoint
ALTER TABLE "segment_opt_out" ADD CONSTRAINT "segment_opt_out_segment_id_segment_id_fk" FOREIGN KEY ("segment_id") REFERENCES "public"."segment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segment_opt_out" ADD CONSTRAINT "segment_opt_out_contact_id_contact_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contact"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "segment_opt_out_by_contact" ON "segment_opt_out" USING btree ("contact_id","segment_id");