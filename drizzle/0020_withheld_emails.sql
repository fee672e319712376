CREATE TABLE "withheld_email" (
	"email_id" uuid NOT NULL,
	"run" smallint NOT NULL,
	CONSTRAINT "withheld_email_email_id_run_pk" PRIMARY KEY("email_id","run")
);
