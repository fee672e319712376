import { setDefaultTimeout } from "bun:test";
import { nameTestRun } from "./test-run.ts";

// With --parallel every worker is told the same run, and so is whatever is started with process.env: they share servers.
nameTestRun();

// Real servers on a busy machine: a test that waits in vain says so itself, and sooner than this.
setDefaultTimeout(30_000);
