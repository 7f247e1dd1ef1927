import { resolve } from "node:path";
import { at, type Operation, ok, type Result } from "../../ir/index.ts";
import type { SimulatorOptions } from "../build-simulator.ts";
import { ChildEngine } from "../hosted/child-engine.ts";
import { hostDesigns } from "../hosted/host-designs.ts";
import type { DesignSource } from "../hosted/hosted-design.ts";
import { HostedSimulator, numberDesigns, SharedEngine } from "../hosted/hosted-simulator.ts";
import { checkTrace, reportingFiles } from "../hosted/work-folder.ts";
import type { HwSimulator } from "../simulator.ts";
import { binaryProtocol } from "./binary-protocol.ts";
import { compileModel } from "./compile-model.ts";
import { type TraceFormat, writeHarness } from "./harness.ts";
import { WRAPPER, writeConfiguration, writeWrapper } from "./wrapper.ts";

type VerilatorOptions = Pick<SimulatorOptions, "buildDir" | "trace" | "seed" | "speed" | "timeoutSeconds">;

/** Many designs in one Verilated program, because building is what costs; each one has a simulator and a clock of its own. */
export function buildVerilatorBatch(
  sources: readonly DesignSource[],
  options: VerilatorOptions,
): Promise<Result<readonly HwSimulator[]>> {
  return reportingFiles(() => buildProcess(sources, options));
}

async function buildProcess(
  sources: readonly DesignSource[],
  options: VerilatorOptions,
): Promise<Result<readonly HwSimulator[]>> {
  const hosted = hostDesigns(sources);
  if (hosted.kind === "error") return hosted;
  const designs = hosted.value;
  const trace: TraceFormat | undefined =
    options.trace === undefined ? undefined : options.trace.endsWith(".fst") ? "fst" : "vcd";
  const program = await compileModel({
    verilog: new Map([
      ...designs.flatMap((design) => [...design.files]),
      [`${WRAPPER}.v`, writeWrapper(designs)],
    ]),
    configuration: writeConfiguration(designs),
    harness: writeHarness(designs, trace),
    trace,
    speed: options.speed ?? "build",
    buildDir: options.buildDir,
  });
  if (program.kind === "error") return program;
  await checkTrace(options.trace);
  const protocol = binaryProtocol();
  const args = [String(options.seed ?? 0), ...(options.trace === undefined ? [] : [resolve(options.trace)])];
  const child = new ChildEngine({
    engine: "verilator",
    command: program.value,
    args,
    decode: protocol.decode,
    timeoutSeconds: options.timeoutSeconds ?? 300,
  });
  const engine = new SharedEngine(child, protocol, designs.length, () => Promise.resolve());
  const numbers = numberDesigns(designs);
  return ok(designs.map((design, index) => new HostedSimulator(engine, design, at(numbers, index))));
}

/** One design in Verilator. */
export async function buildVerilator(
  top: string,
  modules: readonly Operation[],
  options: VerilatorOptions,
): Promise<Result<HwSimulator>> {
  const built = await buildVerilatorBatch([{ top, modules }], options);
  return built.kind === "ok" ? ok(at(built.value, 0)) : built;
}
