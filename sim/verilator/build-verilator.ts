import { resolve } from "node:path";
import { at, type Operation, ok, type Result } from "../../ir/index.ts";
import type { SimulatorOptions } from "../build-simulator.ts";
import { ChildEngine } from "../hosted/child-engine.ts";
import { hostDesigns } from "../hosted/host-designs.ts";
import type { DesignSource } from "../hosted/hosted-design.ts";
import { HostedSimulator, numberDesigns, SharedEngine } from "../hosted/hosted-simulator.ts";
import { checkTrace, reportingFiles } from "../hosted/work-folder.ts";
import type { WatchingSimulator } from "../simulator.ts";
import { binaryProtocol } from "./binary-protocol.ts";
import { compileModel } from "./compile-model.ts";
import { type TraceFormat, writeHarness } from "./harness.ts";
import { WRAPPER, writeConfiguration, writeWrapper } from "./wrapper.ts";

type VerilatorOptions = Pick<
  SimulatorOptions,
  "buildDir" | "trace" | "traceView" | "seed" | "speed" | "timeoutSeconds"
>;

/** Many designs in one Verilated program, because building is what costs; each one has a simulator and a clock of its own. */
export function buildVerilatorBatch(
  sources: readonly DesignSource[],
  options: VerilatorOptions,
): Promise<Result<readonly WatchingSimulator[]>> {
  return reportingFiles(() => buildProcess(sources, options));
}

async function buildProcess(
  sources: readonly DesignSource[],
  options: VerilatorOptions,
): Promise<Result<readonly WatchingSimulator[]>> {
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
  const args = [String(options.seed ?? 0), ...traceArguments(options)];
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

/** More than a design has. */
const ALL_LEVELS = 99;

/** The first design's instance is `d0` in the wrapper; of a batch, the view shows the first. */
function traceArguments({ trace, traceView: view = {} }: VerilatorOptions): readonly string[] {
  if (trace === undefined) return [];
  const { from, to } = view.window ?? { from: 0, to: ALL_CYCLES };
  const scopes = view.scopes ?? (view.depth === undefined ? [] : [""]);
  const levels = String(view.depth ?? ALL_LEVELS);
  const shown = scopes.flatMap((scope) => [`.${WRAPPER}.d0${scope === "" ? "" : `.${scope}`}`, levels]);
  return [resolve(trace), String(from), String(to), ...shown];
}

/** Cycles that no simulation reaches; twice as many are still exact. */
const ALL_CYCLES = 2 ** 50;

/** One design in Verilator. */
export async function buildVerilator(
  top: string,
  modules: readonly Operation[],
  options: VerilatorOptions,
): Promise<Result<WatchingSimulator>> {
  const built = await buildVerilatorBatch([{ top, modules }], options);
  return built.kind === "ok" ? ok(at(built.value, 0)) : built;
}
