import { setDefaultTimeout } from "bun:test";
import { nameTestRun } from "./test-run.ts";

// With --parallel every worker is told the same run, and so is whatever is started with process.env: they share servers.
nameTestRun();

// Real servers on a busy machine take their time; a test that waits in vain says so itself, sooner than this. With
// --parallel or --isolate it holds for every file, otherwise for the first alone (Bun 1.4.4); it goes before --timeout.
setDefaultTimeout(Number(process.env["MAILWRIGHT_TEST_TIMEOUT_MS"] ?? 60_000));
