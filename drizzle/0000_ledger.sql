CREATE TYPE "public"."campaign_state" AS ENUM('draft', 'launching', 'sending', 'paused', 'cancelling', 'cancelled', 'finished');--> statement-breakpoint
CREATE TYPE "public"."email_state" AS ENUM('queued', 'sending', 'retrying', 'resolving', 'sent', 'failed', 'skipped', 'cancelled', 'uncertain');--> statement-breakpoint
CREATE TABLE "api_token" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"secret_hash" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	"expires_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "auth_account" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth_session" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"user_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "auth_session_token" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "auth_user" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"role" text DEFAULT 'viewer' NOT NULL,
	"password_temporary" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "auth_user_email" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "auth_verification" (
	"id" uuid PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_key" (
	"caller" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"content_type" text,
	"body" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_key_caller_key_pk" PRIMARY KEY("caller","key")
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "service_nonce" (
	"nonce" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_throttle" (
	"subject" text PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"blocked_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaign" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"template_id" uuid,
	"gateway_id" uuid,
	"when_uncertain" text DEFAULT 'hold' NOT NULL,
	"state" "campaign_state" DEFAULT 'draft' NOT NULL,
	"state_reason" text,
	"priority" smallint DEFAULT 100 NOT NULL,
	"template_version" integer,
	"content_hash" text,
	"segment_names" text[] DEFAULT '{}' NOT NULL,
	"audience" integer DEFAULT 0 NOT NULL,
	"queued" integer DEFAULT 0 NOT NULL,
	"sending" integer DEFAULT 0 NOT NULL,
	"retrying" integer DEFAULT 0 NOT NULL,
	"resolving" integer DEFAULT 0 NOT NULL,
	"sent" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"cancelled" integer DEFAULT 0 NOT NULL,
	"uncertain" integer DEFAULT 0 NOT NULL,
	"unhanded" integer DEFAULT 0 NOT NULL,
	"refused_in_a_row" integer DEFAULT 0 NOT NULL,
	"control_acknowledged" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"launched_at" timestamp with time zone,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "campaign_activity" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaign_segment" (
	"campaign_id" uuid NOT NULL,
	"segment_id" uuid NOT NULL,
	CONSTRAINT "campaign_segment_campaign_id_segment_id_pk" PRIMARY KEY("campaign_id","segment_id")
);
--> statement-breakpoint
CREATE TABLE "content" (
	"hash" text PRIMARY KEY NOT NULL,
	"body" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attribute_key" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contact" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"email" text NOT NULL,
	"canonical_email" text COLLATE "C" NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"first_name" text DEFAULT '' NOT NULL,
	"last_name" text DEFAULT '' NOT NULL,
	"attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contact_canonical_email" UNIQUE("canonical_email"),
	CONSTRAINT "contact_email_length" CHECK (length("contact"."email") between 3 and 254),
	CONSTRAINT "contact_attributes_object" CHECK (jsonb_typeof("contact"."attributes") = 'object')
);
--> statement-breakpoint
CREATE TABLE "suppression" (
	"canonical_email" text COLLATE "C" PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"origin" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tally" (
	"name" text PRIMARY KEY NOT NULL,
	"count" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "import" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"state" text NOT NULL,
	"file_name" text NOT NULL,
	"bytes" bigint NOT NULL,
	"mapping" jsonb,
	"on_duplicate" text DEFAULT 'update' NOT NULL,
	"segment_id" uuid,
	"bytes_read" bigint DEFAULT 0 NOT NULL,
	"rows" integer DEFAULT 0 NOT NULL,
	"inserted" integer DEFAULT 0 NOT NULL,
	"updated" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"rejected" integer DEFAULT 0 NOT NULL,
	"error" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"leased_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "import_chunk" (
	"import_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "import_chunk_import_id_position_pk" PRIMARY KEY("import_id","position")
);
--> statement-breakpoint
CREATE TABLE "import_reject" (
	"import_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"reason" text NOT NULL,
	"row" text NOT NULL,
	CONSTRAINT "import_reject_import_id_line_pk" PRIMARY KEY("import_id","line")
);
--> statement-breakpoint
CREATE TABLE "batch" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"email_ids" uuid[] NOT NULL,
	"size" integer NOT NULL,
	"claimed_until" timestamp with time zone,
	"handed_at" timestamp with time zone,
	"checked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "email" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"address" text NOT NULL,
	"state" "email_state" NOT NULL,
	"run" smallint DEFAULT 1 NOT NULL,
	"seq" smallint DEFAULT 0 NOT NULL,
	"attempt" smallint DEFAULT 0 NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"gateway_id" uuid,
	"due_at" timestamp with time zone,
	"message_id" text,
	"error_code" text,
	"error_detail" text
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
--> statement-breakpoint
CREATE TABLE "email_event" (
	"email_id" uuid NOT NULL,
	"run" smallint NOT NULL,
	"seq" smallint NOT NULL,
	"event" text NOT NULL,
	"state" "email_state" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"attempt" smallint NOT NULL,
	"gateway_id" uuid,
	"due_at" timestamp with time zone,
	"message_id" text,
	"error_code" text,
	"error_detail" text,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "email_event_email_id_run_seq_pk" PRIMARY KEY("email_id","run","seq")
) PARTITION BY RANGE ("email_id");
--> statement-breakpoint
CREATE TABLE "segment" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"rule" jsonb,
	"size" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "segment_contact" (
	"segment_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"added_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "segment_contact_segment_id_contact_id_pk" PRIMARY KEY("segment_id","contact_id")
);
--> statement-breakpoint
CREATE TABLE "setting" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"organisation" text DEFAULT '' NOT NULL,
	"from_name" text DEFAULT '' NOT NULL,
	"from_email" text DEFAULT '' NOT NULL,
	"reply_to" text DEFAULT '' NOT NULL,
	"postal_address" text DEFAULT '' NOT NULL,
	"retry_attempts" integer DEFAULT 4 NOT NULL,
	"retry_first_wait_s" integer DEFAULT 5 NOT NULL,
	"retry_max_wait_s" integer DEFAULT 900 NOT NULL,
	"retry_max_age_s" integer DEFAULT 86400 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "setting_one_row" CHECK ("setting"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "template" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "template_version" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"template_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "auth_account" ADD CONSTRAINT "auth_account_user_id_auth_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_session" ADD CONSTRAINT "auth_session_user_id_auth_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign" ADD CONSTRAINT "campaign_template_id_template_id_fk" FOREIGN KEY ("template_id") REFERENCES "public"."template"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign" ADD CONSTRAINT "campaign_content_hash_content_hash_fk" FOREIGN KEY ("content_hash") REFERENCES "public"."content"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_activity" ADD CONSTRAINT "campaign_activity_campaign_id_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaign"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_segment" ADD CONSTRAINT "campaign_segment_campaign_id_campaign_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaign"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_segment" ADD CONSTRAINT "campaign_segment_segment_id_segment_id_fk" FOREIGN KEY ("segment_id") REFERENCES "public"."segment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import" ADD CONSTRAINT "import_segment_id_segment_id_fk" FOREIGN KEY ("segment_id") REFERENCES "public"."segment"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_chunk" ADD CONSTRAINT "import_chunk_import_id_import_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."import"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_reject" ADD CONSTRAINT "import_reject_import_id_import_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."import"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segment_contact" ADD CONSTRAINT "segment_contact_segment_id_segment_id_fk" FOREIGN KEY ("segment_id") REFERENCES "public"."segment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segment_contact" ADD CONSTRAINT "segment_contact_contact_id_contact_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contact"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_version" ADD CONSTRAINT "template_version_template_id_template_id_fk" FOREIGN KEY ("template_id") REFERENCES "public"."template"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "auth_account_user" ON "auth_account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "auth_session_user" ON "auth_session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "campaign_state_index" ON "campaign" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "campaign_template" ON "campaign" USING btree ("template_id");--> statement-breakpoint
CREATE INDEX "campaign_activity_by_campaign" ON "campaign_activity" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "campaign_segment_by_segment" ON "campaign_segment" USING btree ("segment_id");--> statement-breakpoint
CREATE INDEX "contact_name" ON "contact" USING btree ((lower("name") COLLATE "C"),"id");--> statement-breakpoint
CREATE INDEX "contact_last_name" ON "contact" USING btree ((lower("last_name") COLLATE "C"),"id");--> statement-breakpoint
CREATE INDEX "batch_campaign" ON "batch" USING btree ("campaign_id","handed_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "email_contact_campaign" ON "email" USING btree ("contact_id","campaign_id");--> statement-breakpoint
CREATE INDEX "email_campaign_state" ON "email" USING btree ("campaign_id","state","id");--> statement-breakpoint
CREATE UNIQUE INDEX "segment_name" ON "segment" USING btree (lower("name"));--> statement-breakpoint
CREATE INDEX "segment_contact_by_contact" ON "segment_contact" USING btree ("contact_id","segment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "template_version_number" ON "template_version" USING btree ("template_id","version");--> statement-breakpoint
INSERT INTO "setting" ("id") VALUES (1);--> statement-breakpoint
INSERT INTO "tally" ("name") VALUES ('contact'), ('suppression');--> statement-breakpoint
-- Counts kept by statement-level triggers: one update a statement, however many rows it touches.
CREATE FUNCTION "tally_rows"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE "tally" SET "count" = "count" + (SELECT count(*) FROM "touched") WHERE "name" = TG_TABLE_NAME;
  ELSE
    UPDATE "tally" SET "count" = "count" - (SELECT count(*) FROM "touched") WHERE "name" = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "tally_added" AFTER INSERT ON "contact" REFERENCING NEW TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "tally_rows"();--> statement-breakpoint
CREATE TRIGGER "tally_removed" AFTER DELETE ON "contact" REFERENCING OLD TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "tally_rows"();--> statement-breakpoint
CREATE TRIGGER "tally_added" AFTER INSERT ON "suppression" REFERENCING NEW TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "tally_rows"();--> statement-breakpoint
CREATE TRIGGER "tally_removed" AFTER DELETE ON "suppression" REFERENCING OLD TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "tally_rows"();--> statement-breakpoint
CREATE FUNCTION "count_segment_members"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "segment" SET "size" = "size" + CASE WHEN TG_OP = 'INSERT' THEN "changed"."members" ELSE -"changed"."members" END
  FROM (SELECT "segment_id", count(*) AS "members" FROM "touched" GROUP BY "segment_id" ORDER BY "segment_id") AS "changed"
  WHERE "segment"."id" = "changed"."segment_id";
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "segment_members_added" AFTER INSERT ON "segment_contact" REFERENCING NEW TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "count_segment_members"();--> statement-breakpoint
CREATE TRIGGER "segment_members_removed" AFTER DELETE ON "segment_contact" REFERENCING OLD TABLE AS "touched" FOR EACH STATEMENT EXECUTE FUNCTION "count_segment_members"();--> statement-breakpoint
-- The promise that a campaign never ends falsely. An AFTER trigger sees the row that was really written; a CHECK would be
-- asked about the one that the statement first saw, and refuse transactions that only have to wait for each other.
CREATE FUNCTION "check_campaign"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "open" integer := NEW."queued" + NEW."sending" + NEW."retrying" + NEW."resolving";
  "settled" integer := NEW."sent" + NEW."failed" + NEW."skipped" + NEW."cancelled" + NEW."uncertain";
BEGIN
  IF least(NEW."queued", NEW."sending", NEW."retrying", NEW."resolving", NEW."sent", NEW."failed", NEW."skipped",
      NEW."cancelled", NEW."uncertain", NEW."unhanded") < 0 THEN
    RAISE check_violation USING CONSTRAINT = 'campaign_counts', MESSAGE = 'a count of a campaign would fall below zero';
  END IF;
  IF NEW."state" NOT IN ('draft', 'launching') AND NEW."audience" <> "open" + "settled" THEN
    RAISE check_violation USING CONSTRAINT = 'campaign_adds_up', MESSAGE = 'the counts of a campaign would not add up to its audience';
  END IF;
  IF NEW."state" IN ('finished', 'cancelled') AND "open" > 0 THEN
    RAISE check_violation USING CONSTRAINT = 'campaign_ends_settled', MESSAGE = 'a campaign would end with open emails';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "campaign_adds_up" AFTER INSERT OR UPDATE ON "campaign" FOR EACH ROW EXECUTE FUNCTION "check_campaign"();--> statement-breakpoint
-- A UUIDv7 begins with 48 bits of milliseconds (RFC 9562), so a month of emails is a range of ids.
CREATE FUNCTION "first_uuid_at"("at" timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (substr("hex", 1, 8) || '-' || substr("hex", 9, 4) || '-0000-0000-000000000000')::uuid
  FROM lpad(to_hex((extract(epoch FROM "at") * 1000)::bigint), 12, '0') AS "hex"
$$;--> statement-breakpoint
CREATE TABLE "email_event_other" PARTITION OF "email_event" DEFAULT;--> statement-breakpoint
-- Makes the partitions of the month of "since" and of the two after it, where they are missing.
CREATE FUNCTION "ensure_email_event_partitions"("since" timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  "month" timestamptz;
  "name" text;
BEGIN
  FOR "ahead" IN 0..2 LOOP
    "month" := date_trunc('month', "since", 'UTC') + make_interval(months => "ahead");
    "name" := 'email_event_' || to_char("month" AT TIME ZONE 'UTC', 'YYYY_MM');
    IF to_regclass("name") IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF "email_event" FOR VALUES FROM (%L) TO (%L)',
        "name", "first_uuid_at"("month"), "first_uuid_at"("month" + interval '1 month'));
    END IF;
  END LOOP;
END $$;--> statement-breakpoint
SELECT "ensure_email_event_partitions"(now());
