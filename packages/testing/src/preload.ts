import { setDefaultTimeout } from "bun:test";
import { nameTestRun } from "./test-run.ts";

// With --parallel every worker is told the same run, and so is whatever is started with process.env: they share servers.
nameTestRun();

// Real servers on a busy machine take their time; a test that waits in vain says so itself, sooner than this. It holds for
// every file with --parallel or --isolate, and for the first file only without (Bun 1.4.4): there, --timeout says it.
setDefaultTimeout(30_000);
