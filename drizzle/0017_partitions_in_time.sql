-- Makes the partitions of the month of "since" and of the two after it, where they are missing. What fell into the default
-- partition meanwhile is moved: with it there, Postgres would refuse the partition it belongs to. Months begin at midnight UTC;
-- before, they did where the session's time zone said, so one that is there may reach into the next.
CREATE OR REPLACE FUNCTION "ensure_email_event_partitions"("since" timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  "month" timestamptz;
  "name" text;
  "first" text;
  "end" text;
BEGIN
  FOR "ahead" IN 0..2 LOOP
    "month" := date_add(date_trunc('month', "since", 'UTC'), make_interval(months => "ahead"), 'UTC');
    "name" := 'email_event_' || to_char("month" AT TIME ZONE 'UTC', 'YYYY_MM');
    CONTINUE WHEN to_regclass("name") IS NOT NULL;
    -- One at a time. Nobody writes into the default partition until this is done, and into the others everybody may.
    LOCK TABLE "email_event_other" IN ACCESS EXCLUSIVE MODE;
    CONTINUE WHEN to_regclass("name") IS NOT NULL;
    "first" := "first_uuid_at"("month");
    "end" := "first_uuid_at"(date_add("month", interval '1 month', 'UTC'));
    SELECT coalesce(max("bound"[2] COLLATE "C") FILTER (WHERE "bound"[1] COLLATE "C" <= "first"), "first"),
      coalesce(min("bound"[1] COLLATE "C") FILTER (WHERE "bound"[1] COLLATE "C" > "first"), "end")
    INTO "first", "end"
    FROM "pg_inherits" JOIN "pg_class" ON "pg_class"."oid" = "inhrelid",
      regexp_match(pg_get_expr("relpartbound", "pg_class"."oid"), $r$FROM \('(.+)'\) TO \('(.+)'\)$r$) AS "bound"
    WHERE "inhparent" = '"email_event"'::regclass
      AND "bound"[1] COLLATE "C" < "end" AND "bound"[2] COLLATE "C" > "first";
    CONTINUE WHEN "first" COLLATE "C" >= "end";
    EXECUTE format('CREATE TABLE %I (LIKE "email_event" INCLUDING ALL)', "name");
    EXECUTE format('WITH "moved" AS (DELETE FROM "email_event_other" WHERE "email_id" >= %L AND "email_id" < %L RETURNING *)
      INSERT INTO %I SELECT * FROM "moved"', "first", "end", "name");
    EXECUTE format('ALTER TABLE "email_event" ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', "name", "first", "end");
  END LOOP;
END $$;
