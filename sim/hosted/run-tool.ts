import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { missingTool, toolFailed } from "../diagnostics.ts";
import { atProcessEnd } from "./process-end.ts";

/** The program that `name` stands for on the PATH, or undefined. */
export function findTool(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const KEPT_OUTPUT = 4000;

/** Runs a program to its end, or until `signal` ends it; its output, or what went wrong. */
export function runTool(
  tool: string,
  args: readonly string[],
  cwd: string,
  signal?: AbortSignal,
): Promise<Result<string>> {
  const program = tool.includes("/") ? tool : findTool(tool);
  if (program === undefined) return Promise.resolve(fail(missingTool(builtSpan(tool), { tool })));
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const kill = (): void => {
      child.kill("SIGKILL");
    };
    const forget = atProcessEnd(kill);
    signal?.addEventListener("abort", kill);
    if (signal?.aborted === true) kill();
    const over = (): void => {
      forget();
      signal?.removeEventListener("abort", kill);
    };
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => {
      over();
      resolve(fail(toolFailed(builtSpan(tool), { tool, output: error.message })));
    });
    child.on("close", (code) => {
      over();
      resolve(
        code === 0
          ? ok(output)
          : fail(toolFailed(builtSpan(tool), { tool, output: output.slice(0, KEPT_OUTPUT) })),
      );
    });
  });
}
