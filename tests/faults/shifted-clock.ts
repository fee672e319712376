// Preloaded into a program, it makes the program's clock wrong by as many milliseconds as the file says that
// CLOCK_SHIFT_FILE names; the file may change while it runs. What counts how long something takes (performance.now,
// timers) goes on as it did, as it does on a machine whose clock is set.
import { readFileSync } from "node:fs";

/** How often the file is read, in milliseconds. */
const LOOK_EVERY_MS = 50;

const file = process.env["CLOCK_SHIFT_FILE"];
if (file === undefined) throw new Error("CLOCK_SHIFT_FILE names no file");
const RealDate = Date;
const shiftNow = () => Number(readFileSync(file, "utf8"));
let shift = shiftNow();
setInterval(() => (shift = shiftNow()), LOOK_EVERY_MS).unref();

const now = () => RealDate.now() + shift;
const ShiftedDate: DateConstructor = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, given: [], self) =>
    Reflect.construct(
      target,
      given.length > 0 ? given : [now()],
      self === ShiftedDate ? target : self,
    ) as Date,
  get: (target, name) => (name === "now" ? now : (Reflect.get(target, name) as unknown)),
});
globalThis.Date = ShiftedDate;
