import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { missingTool, synthesisFailed } from "../diagnostics.ts";
import { findTool, runTool } from "../hosted/run-tool.ts";
import { openWorkFolder, writeFiles } from "../hosted/work-folder.ts";
import { countArea, readStatistics, type SynthesisReport } from "./statistics.ts";

/** Families whose cells are counted here: Xilinx 7-series and UltraScale+, Lattice ECP5 and iCE40. */
export type SynthesisFamily = "xc7" | "xcup" | "ecp5" | "ice40";

/** Where the synthesis program comes from. */
export type SynthesisTool = "native" | "wasm";

/** Hierarchical: each distinct module is mapped once, which is what makes large designs feasible. */
function script(files: readonly string[], top: string, family: SynthesisFamily): string {
  const commands = {
    xc7: "synth_xilinx -family xc7 -noiopad",
    xcup: "synth_xilinx -family xcup -uram -noiopad",
    ecp5: "synth_ecp5 -noflatten",
    ice40: "synth_ice40 -noflatten -dsp",
  } as const;
  return [
    `read_verilog ${files.join(" ")}`,
    `hierarchy -check -top ${top}`,
    "proc",
    "tee -q -o check.txt check",
    `${commands[family]} -top ${top}`,
    "tee -q -o statistics.json stat -json",
  ].join("; ");
}

/** Runs Yosys on Verilog text (file name to text): the native program, else the npm package. */
export async function synthesize(
  files: ReadonlyMap<string, string>,
  top: string,
  family: SynthesisFamily,
  wanted?: SynthesisTool,
): Promise<Result<SynthesisReport>> {
  const tool = wanted ?? (findTool("yosys") === undefined ? "wasm" : "native");
  const text = tool === "native" ? await runNative(files, top, family) : await runWasm(files, top, family);
  if (text.kind === "error") return text;
  const statistics = readStatistics(text.value.statistics);
  if (statistics === undefined)
    return fail(synthesisFailed(builtSpan(top), { tool: "yosys", output: "no statistics were written" }));
  return ok({ family, tool, problems: problemsOf(text.value.check), ...countArea(statistics, top) });
}

/** What a run of Yosys leaves behind. */
interface YosysOutput {
  readonly statistics: string;
  /** The report of `check`, before mapping. */
  readonly check: string;
}

/** The warnings of `check` that are faults: wires without or with several drivers, loops; latches are told by `proc`. */
function problemsOf(check: string): readonly string[] {
  const lines = check.split("\n").filter((line) => line.startsWith("Warning:"));
  return [...new Set(lines.map((line) => line.replace(/^Warning:\s*/u, "").trim()))];
}

async function runNative(
  files: ReadonlyMap<string, string>,
  top: string,
  family: SynthesisFamily,
): Promise<Result<YosysOutput>> {
  const folder = await openWorkFolder(undefined);
  try {
    await writeFiles(folder.path, files);
    const done = await runTool("yosys", ["-q", "-p", script([...files.keys()], top, family)], folder.path);
    if (done.kind === "error") return done;
    const read = (name: string): Promise<string> => readFile(join(folder.path, name), "utf8");
    return ok({ statistics: await read("statistics.json"), check: await read("check.txt") });
  } finally {
    await folder.remove();
  }
}

/** The interface of `@yowasp/yosys` that is used here. */
interface WasmYosys {
  runYosys(
    args: readonly string[],
    files: Readonly<Record<string, string>>,
    options: { readonly stdout?: unknown; readonly stderr?: unknown },
  ): Promise<Readonly<Record<string, unknown>>>;
}

async function runWasm(
  files: ReadonlyMap<string, string>,
  top: string,
  family: SynthesisFamily,
): Promise<Result<YosysOutput>> {
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
    const made = await yosys.runYosys(
      ["-q", "-p", script([...files.keys()], top, family)],
      Object.fromEntries(files),
      { stdout: collect, stderr: collect },
    );
    const read = (name: string): string => {
      const text = made[name];
      return typeof text === "string"
        ? text
        : text instanceof Uint8Array
          ? new TextDecoder().decode(text)
          : "";
    };
    return ok({ statistics: read("statistics.json"), check: read("check.txt") });
  } catch (error) {
    return fail(
      synthesisFailed(builtSpan(top), {
        tool: "yosys",
        output: `${error instanceof Error ? error.message : ""} ${output.slice(-1000)}`,
      }),
    );
  }
}
