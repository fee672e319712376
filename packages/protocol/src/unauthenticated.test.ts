import { expect, test } from "bun:test";
import { BOUNCE_CLASSES, bounceClass } from "./bounces.ts";
import { isUnauthenticated, UNAUTHENTICATED } from "./unauthenticated.ts";

test.each(["5.7.20", "5.7.23", "5.7.26", "5.7.30", "5.7.40", "5.7.509", "5.7.515"])(
  "%s is a refusal of the sender's authentication",
  (status) => {
    expect(isUnauthenticated(status)).toBe(true);
  },
);

test.each([undefined, "4.7.26", "5.7.1", "5.7.2", "5.7.28", "5.7.264", "5.1.1", "5.2.26"])(
  "%s is none",
  (status) => {
    expect(isUnauthenticated(status)).toBe(false);
  },
);

test("none of them says anything against an address", () => {
  for (const status of UNAUTHENTICATED)
    for (const said of BOUNCE_CLASSES) expect(bounceClass(status, said)).toBe("block");
});
