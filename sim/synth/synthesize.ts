import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { missingTool, synthesisFailed } from "../diagnostics.ts";
import { findTool, runTool } from "../hosted/run-tool.ts";
import { openWorkFolder, writeFiles } from "../hosted/work-folder.ts";
import { countArea, readStatistics, type SynthesisReport } from "./statistics.ts";

/** Xilinx families that `synth_xilinx` knows and that are counted here: 7-series and UltraScale+. */
export type SynthesisFamily = "xc7" | "xcup";

/** Where the synthesis program comes from. */
export type SynthesisTool = "native" | "wasm";

/** Hierarchical: each distinct module is mapped once, which is what makes large designs feasible. */
function script(files: readonly string[], top: string, family: SynthesisFamily): string {
  const uram = family === "xcup" ? " -uram" : "";
  return [
    `read_verilog ${files.join(" ")}`,
    `synth_xilinx -family ${family}${uram} -top ${top}`,
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
  const statistics = readStatistics(text.value);
  if (statistics === undefined)
    return fail(synthesisFailed(builtSpan(top), { tool: "yosys", output: "no statistics were written" }));
  return ok({ family, tool, ...countArea(statistics, top) });
}

async function runNative(
  files: ReadonlyMap<string, string>,
  top: string,
  family: SynthesisFamily,
): Promise<Result<string>> {
  const folder = await openWorkFolder(undefined);
  try {
    await writeFiles(folder.path, files);
    const done = await runTool("yosys", ["-q", "-p", script([...files.keys()], top, family)], folder.path);
    return done.kind === "error" ? done : ok(await readFile(join(folder.path, "statistics.json"), "utf8"));
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
): Promise<Result<string>> {
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
    const text = made["statistics.json"];
    return ok(
      typeof text === "string" ? text : text instanceof Uint8Array ? new TextDecoder().decode(text) : "",
    );
  } catch (error) {
    return fail(
      synthesisFailed(builtSpan(top), {
        tool: "yosys",
        output: `${error instanceof Error ? error.message : ""} ${output.slice(-1000)}`,
      }),
    );
  }
}
