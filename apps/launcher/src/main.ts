import { resolve } from "node:path";
import { install } from "./install.ts";

const root = resolve(import.meta.dir, "../../..");
const fault = install(root);
if (fault !== undefined) {
  console.error(fault);
  process.exit(1);
}

// Only now are there packages that the rest can import.
const { runLauncher } = await import("./run.ts");
process.exit(await runLauncher({ root, args: process.argv.slice(2), exit: process.exit }));
