import { expect, test } from "bun:test";
import { type SetUp, stepsOf } from "./getting-started.ts";

const NOTHING: SetUp = {
  sender: false,
  gateway: false,
  contacts: false,
  segment: false,
  template: false,
  launched: false,
};
const ALL: SetUp = {
  sender: true,
  gateway: true,
  contacts: true,
  segment: true,
  template: true,
  launched: true,
};

test("each step is done by what it asks for, and by nothing else", () => {
  expect(stepsOf(NOTHING).map(({ done }) => done)).toEqual(Array(6).fill(false));
  Object.keys(NOTHING).forEach((name, index) => {
    const steps = stepsOf({ ...NOTHING, [name]: true });
    expect(steps.map(({ done }) => done)).toEqual(steps.map((_, at) => at === index));
  });
});

test("nothing is left to do once all is done, or cannot be told while the email client is away", () => {
  expect(stepsOf(ALL)).toEqual([]);
  expect(stepsOf({ ...ALL, gateway: undefined })).toEqual([]);
  expect(stepsOf({ ...ALL, gateway: false })).toHaveLength(6);
});
