import { type Diagnostic, ok, type Result } from "../ir/index.ts";
import type { SimulatorOptions } from "./build-simulator.ts";
import { buildEmbedded } from "./embedded/embedded-simulator.ts";
import type { DesignSource } from "./hosted/hosted-design.ts";
import { buildIcarusBatch } from "./icarus/build-icarus.ts";
import type { WatchingSimulator } from "./simulator.ts";
import { buildVerilatorBatch } from "./verilator/build-verilator.ts";

/** Simulators of many small designs from one build and in one process; one simulator for each design, in their order. */
export function buildBatch(
  designs: readonly DesignSource[],
  options: SimulatorOptions,
): Promise<Result<readonly WatchingSimulator[]>> {
  switch (options.engine) {
    case "embedded":
      return Promise.resolve(embeddedBatch(designs, options));
    case "verilator":
      return buildVerilatorBatch(designs, options);
    case "icarus":
      return buildIcarusBatch(designs, options);
  }
}

function embeddedBatch(
  designs: readonly DesignSource[],
  options: SimulatorOptions,
): Result<readonly WatchingSimulator[]> {
  const simulators: WatchingSimulator[] = [];
  const problems: Diagnostic[] = [];
  for (const { top, modules } of designs) {
    const built = buildEmbedded(top, modules, options);
    if (built.kind === "ok") simulators.push(built.value);
    else problems.push(...built.diagnostics);
  }
  return problems.length === 0 ? ok(simulators) : { kind: "error", diagnostics: problems };
}
