import { join, resolve } from "node:path";
import { at, builtSpan, fail, type Operation, ok, type Result } from "../../ir/index.ts";
import type { SimulatorOptions } from "../build-simulator.ts";
import { missingTool } from "../diagnostics.ts";
import { ChildEngine } from "../hosted/child-engine.ts";
import { hostDesigns } from "../hosted/host-designs.ts";
import type { DesignSource } from "../hosted/hosted-design.ts";
import { HostedSimulator, numberDesigns, SharedEngine } from "../hosted/hosted-simulator.ts";
import { findTool, runTool } from "../hosted/run-tool.ts";
import { checkTrace, openWorkFolder, reportingFiles, writeFiles } from "../hosted/work-folder.ts";
import type { WatchingSimulator } from "../simulator.ts";
import { writeTestbench } from "./testbench.ts";
import { textProtocol } from "./text-protocol.ts";

type IcarusOptions = Pick<SimulatorOptions, "buildDir" | "trace" | "traceView" | "timeoutSeconds">;

/** Many designs in one Icarus process; each one has a simulator and a clock of its own. State without reset starts as X. */
export function buildIcarusBatch(
  sources: readonly DesignSource[],
  options: IcarusOptions,
): Promise<Result<readonly WatchingSimulator[]>> {
  return reportingFiles(() => buildProcess(sources, options));
}

async function buildProcess(
  sources: readonly DesignSource[],
  options: IcarusOptions,
): Promise<Result<readonly WatchingSimulator[]>> {
  const vvp = findTool("vvp");
  if (vvp === undefined) return fail(missingTool(builtSpan("vvp"), { tool: "vvp" }));
  const hosted = hostDesigns(sources);
  if (hosted.kind === "error") return hosted;
  await checkTrace(options.trace);
  const folder = await openWorkFolder(options.buildDir);
  const trace =
    options.trace === undefined ? undefined : { file: resolve(options.trace), view: options.traceView ?? {} };
  const files = await writeFiles(folder.path, [
    ...hosted.value.flatMap((design) => [...design.files]),
    ["testbench.v", writeTestbench(hosted.value, trace)],
  ]);
  const program = join(folder.path, "testbench.vvp");
  const compiled = await runTool(
    "iverilog",
    ["-g2005", "-o", program, "-s", "testbench", ...files],
    folder.path,
  );
  if (compiled.kind === "error") {
    await folder.remove();
    return compiled;
  }
  const protocol = textProtocol();
  const args = ["-n", program, ...(trace?.file.endsWith(".fst") === true ? ["-fst"] : [])];
  const child = new ChildEngine({
    engine: "icarus",
    command: vvp,
    args,
    decode: protocol.decode,
    timeoutSeconds: options.timeoutSeconds ?? 300,
  });
  const engine = new SharedEngine(child, protocol, hosted.value.length, () => folder.remove());
  const numbers = numberDesigns(hosted.value);
  return ok(hosted.value.map((design, index) => new HostedSimulator(engine, design, at(numbers, index))));
}

/** One design in Icarus. */
export async function buildIcarus(
  top: string,
  modules: readonly Operation[],
  options: IcarusOptions,
): Promise<Result<WatchingSimulator>> {
  const built = await buildIcarusBatch([{ top, modules }], options);
  return built.kind === "ok" ? ok(at(built.value, 0)) : built;
}
