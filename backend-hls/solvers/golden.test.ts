import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { parseProblem } from "../problem/parse.ts";
import { printSchedule } from "../problem/print.ts";
import type { Problem } from "../problem/problem.ts";
import type { SolveResult } from "../problem/schedule.ts";
import { verifySchedule } from "../problem/verify.ts";
import { scheduleAsap } from "./asap.ts";
import { scheduleModulo } from "./modulo.ts";
import { scheduleSequential } from "./sequential.ts";

const folder = new URL("golden/", import.meta.url).pathname;

function solve(problem: Problem, command: string): SolveResult {
  const option = (name: string): number | undefined => {
    const text = new RegExp(`${name} (\\d+)`, "u").exec(command)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  if (command.startsWith("asap")) return scheduleAsap(problem);
  if (command.startsWith("sequential")) return scheduleSequential(problem);
  return scheduleModulo(problem, { maxIi: option("maxIi") ?? 50, targetIi: option("targetIi") ?? 1 });
}

for (const file of globSync(`${folder}*.problem`).sort()) {
  test(basename(file), async () => {
    const text = readFileSync(file, "utf8");
    const parsed = parseProblem(text);
    if (parsed.kind === "rejected") throw new Error(`${file}:${parsed.line}: ${parsed.message}`);
    const result = solve(
      parsed.problem,
      /# solve: (?<command>.*)/u.exec(text)?.groups?.["command"] ?? "modulo",
    );
    if (result.kind === "schedule") expect(verifySchedule(parsed.problem, result)).toEqual([]);
    const answer = result.kind === "schedule" ? printSchedule(parsed.problem, result) : `${result.message}\n`;
    await expect(answer).toMatchFileSnapshot(file.replace(/problem$/u, "expect"));
  });
}
