import { expect, test } from "vitest";
import { checkProblem } from "./check.ts";
import { parseProblem } from "./parse.ts";
import { printProblem } from "./print.ts";
import type { Problem } from "./problem.ts";
import { verifySchedule } from "./verify.ts";

const TEXT = `period 1000
resource port 1
type load latency 1 in 200 out 500 on port
type add latency 0 in 0 out 400
op a load
op b load bits 8
op sum add bits 32
a -> sum
b -> sum
sum -> sum @1
sum => a @1 min 2
`;

function parsed(text: string): Problem {
  const result = parseProblem(text);
  if (result.kind === "rejected") throw new Error(result.message);
  return result.problem;
}

const messages = (problem: Problem): string[] =>
  checkProblem(problem).map(({ rule, message }) => `${rule}: ${message}`);

test("the text form reads back as it was printed", () => {
  expect(printProblem(parsed(TEXT))).toBe(TEXT);
});

test.each([
  ["period 1000\nop a", 'line 2: "op a" is not a period, resource, type, op or dependence'],
  ["period 1000\nop a add\na -> b", 'line 3: there is no operation "b" above this line'],
  ["period x", 'line 1: period is "x"; expected a number'],
  ["op a add", 'line 1: there is no "period" line'],
])("rejects %j", (text, message) => {
  const result = parseProblem(text);
  expect(result.kind === "rejected" && `line ${result.line}: ${result.message}`).toBe(message);
});

test("a sound problem has no violations", () => {
  expect(checkProblem(parsed(TEXT))).toEqual([]);
});

test.each([
  [
    TEXT.replace("op a load", "op a lode"),
    'dangling: operation "a" is of type "lode", which is not declared',
  ],
  [
    TEXT.replace("on port", "on prot"),
    'dangling: operator type "load" uses resource "prot", which is not declared',
  ],
  [
    TEXT.replace("out 400", "out 1400"),
    'too-slow: operator type "add" needs 1400 ps in one cycle; the usable period is 1000 ps',
  ],
  [TEXT.replace("port 1", "port 0"), 'negative: resource "port" has 0 units; expected at least 1'],
  [
    TEXT.replace("=> a @1", "=> a"),
    "zero-distance-cycle: operations wait for each other within one iteration: a -> sum -> a",
  ],
  [`${TEXT}op a add\n`, 'duplicate: operation "a" is declared twice'],
  [
    TEXT.replace("period 1000", "period 0"),
    "negative: the period is 0 ps; expected more than 0 and less than 1048576",
  ],
])("reports what is wrong with a problem (%#)", (text, message) => {
  expect(messages(parsed(text))).toContain(message);
});

test("reports dangling dependences and misplaced ids", () => {
  const problem = parsed(TEXT);
  const broken = { ...problem, dependences: [{ kind: "data", from: 0, to: 9, distance: 0 }] } as const;
  expect(messages(broken)).toEqual([
    "dangling: a dependence leads from operation 0 to 9; there are 3 operations",
  ]);
});

const violationsOf = (start: number[], startPs: number[], ii = 3, depthCycles = 3): string[] =>
  verifySchedule(parsed(TEXT), { ii, start, startPs, depthCycles }).map(
    ({ rule, message }) => `${rule}: ${message}`,
  );

test("a right schedule verifies", () => {
  expect(violationsOf([0, 1, 2], [0, 0, 500], 4)).toEqual([]);
});

test("a violation names both ends with their numbers", () => {
  expect(violationsOf([0, 1, 2], [0, 0, 400], 4)).toEqual([
    'precedence: from "b" (starts in t=1): result available in t=2 at 500 ps; to "sum": starts in t=2 at 400 ps',
  ]);
  expect(violationsOf([0, 1, 2], [0, 0, 500])).toEqual([
    'precedence: from "sum" (starts in t=2): successor may start in t=4 at 0 ps; to "a": starts in t=3 at 0 ps, 1 iteration later: t=0 + 1 * II 3',
  ]);
  expect(violationsOf([0, 1, 2], [0, 0, 700], 4)).toEqual([
    'chaining: "sum" starts in t=2 at 700 ps and takes 400 ps: it ends at 1100 ps, the usable period is 1000 ps',
  ]);
  expect(violationsOf([0, 4, 5], [0, 0, 500], 4, 6).at(-1)).toBe(
    'overuse: resource "port" has 1 units, 2 starts in cycle 0 modulo II 4: "a" (t=0), "b" (t=4)',
  );
  expect(violationsOf([0, 1, 2], [0, 0, 500], 4, 9)).toEqual([
    "depth: the depth is stated as 9 cycles; the last operation ends after 3",
  ]);
});

test("a malformed schedule is refused before anything else", () => {
  expect(violationsOf([0, 1], [0, 0])).toEqual([
    "malformed-schedule: there are 2 start cycles and 2 start times for 3 operations",
  ]);
  expect(violationsOf([0, 1, 2], [0, 0, 0], 0)).toEqual([
    "malformed-schedule: the initiation interval is 0; expected a whole number from 1",
  ]);
  expect(violationsOf([0, 1, -2], [0, 0, 0])).toEqual([
    'malformed-schedule: "sum" starts in t=-2 at 0 ps; expected whole cycles and times from 0',
  ]);
});
