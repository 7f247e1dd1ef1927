import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { missingTool, synthesisFailed } from "../diagnostics.ts";
import { findTool, runTool } from "../hosted/run-tool.ts";
import { openWorkFolder, writeFiles } from "../hosted/work-folder.ts";

/** Where the synthesis program comes from. */
export type SynthesisTool = "native" | "wasm";

/** One run of Yosys. */
export interface YosysRun {
  readonly files: ReadonlyMap<string, string>;
  /** Commands, in order. */
  readonly commands: readonly string[];
  /** Files that the commands write. */
  readonly outputs: readonly string[];
  /** What the run is called in messages. */
  readonly subject: string;
  /** Ends the run early; the native program only. */
  readonly signal?: AbortSignal | undefined;
}

/** The native program where it is there, else the npm package. */
export function defaultTool(): SynthesisTool {
  return findTool("yosys") === undefined ? "wasm" : "native";
}

/** Runs Yosys; the text of each of its outputs. */
export function runYosys(tool: SynthesisTool, run: YosysRun): Promise<Result<ReadonlyMap<string, string>>> {
  return tool === "native" ? runNative(run) : runWasm(run);
}

async function runNative({
  files,
  commands,
  outputs,
  signal,
}: YosysRun): Promise<Result<ReadonlyMap<string, string>>> {
  const folder = await openWorkFolder(undefined);
  try {
    await writeFiles(folder.path, files);
    const done = await runTool("yosys", ["-q", "-p", commands.join("; ")], folder.path, signal);
    if (done.kind === "error") return done;
    const texts = new Map<string, string>();
    for (const name of outputs) texts.set(name, await readIfThere(join(folder.path, name)));
    return ok(texts);
  } finally {
    await folder.remove();
  }
}

async function readIfThere(file: string): Promise<string> {
  return existsSync(file) ? readFile(file, "utf8") : "";
}

/** The interface of `@yowasp/yosys` that is used here. */
interface WasmYosys {
  runYosys(
    args: readonly string[],
    files: Readonly<Record<string, string>>,
    options: { readonly stdout?: unknown; readonly stderr?: unknown },
  ): Promise<Readonly<Record<string, unknown>>>;
}

async function runWasm({
  files,
  commands,
  outputs,
  subject,
}: YosysRun): Promise<Result<ReadonlyMap<string, string>>> {
  let output = "";
  const collect = (bytes: Uint8Array | null): void => {
    output += bytes === null ? "" : new TextDecoder().decode(bytes);
  };
  let yosys: WasmYosys;
  try {
    const name = "@yowasp/yosys"; // optional: it may be absent
    yosys = (await import(name)) as WasmYosys; // its documented interface
  } catch {
    return fail(missingTool(builtSpan("yosys"), { tool: "yosys (or the npm package @yowasp/yosys)" }));
  }
  try {
    const made = await yosys.runYosys(["-q", "-p", commands.join("; ")], Object.fromEntries(files), {
      stdout: collect,
      stderr: collect,
    });
    return ok(new Map(outputs.map((name) => [name, textOf(made[name])])));
  } catch (error) {
    const told = `${error instanceof Error ? error.message : ""} ${output.slice(-1000)}`;
    return fail(synthesisFailed(builtSpan(subject), { tool: "yosys", output: told }));
  }
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return content instanceof Uint8Array ? new TextDecoder().decode(content) : "";
}
