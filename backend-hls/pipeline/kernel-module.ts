import { FLOAT_PRIMITIVES, HwBuilder, type Operation, scalarWidth } from "../../ir/index.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import { pipelinedPrimitive } from "../primitives/pipelined-primitive.ts";
import { buildControl, type ControlOptions } from "./control.ts";
import { Datapath } from "./datapath.ts";
import { kernelInputs } from "./ports.ts";
import type { ScheduledKernel } from "./schedule-kernel.ts";
import { pooledUnits, unitPort } from "./unit-pool.ts";

/** The hardware of one kernel, and the modules it instantiates. */
export interface KernelHardware {
  readonly module: Operation;
  readonly submodules: readonly Operation[];
  readonly registerBits: number;
  /** Float units built, by primitive. */
  readonly units: ReadonlyMap<string, number>;
}

/**
 * Emits a scheduled kernel: issue control, then the pipeline of one iteration. Ports: clk, rst, cmd_{valid,data,pop};
 * per stream argument `s<k>_{valid,data,pop}` (read) or `s<k>_{valid,data,credit}` (write); per shared bank
 * `m<k>_<bank>_{raddr,rdata,wen,waddr,wdata}`; `busy`, `issue`, `starved`, `blocked` for counters; per unit of a
 * pool `u_<primitive>_<k>_{a0,a1,y}`.
 */
export function kernelModule(
  name: string,
  kernel: ScheduledKernel,
  library: OperatorLibrary,
  options: ControlOptions,
): KernelHardware {
  const pooled = pooledUnits(kernel);
  const results = [...pooled].flatMap(([primitive, count]) =>
    Array.from({ length: count }, (_, unit) => ({
      name: unitPort(primitive, unit, "y"),
      width: scalarWidth(FLOAT_PRIMITIVES[primitive].result),
    })),
  );
  const b = new HwBuilder(name, [...kernelInputs(kernel), ...results]);
  const control = buildControl(b, kernel, options);
  const { registerBits, units } = new Datapath(b, kernel, library, control).build();
  b.output("busy", control.busy);
  b.output("issue", control.issue);
  b.output("starved", control.starved);
  b.output("blocked", control.blocked);
  const used = new Set(
    kernel.graph.nodes.flatMap(({ op }) =>
      op.kind === "float" && !pooled.has(op.primitive) ? [op.primitive] : [],
    ),
  );
  return {
    module: b.finish(),
    submodules: [...used].map((primitive) => pipelinedPrimitive(library, primitive).module),
    registerBits,
    units,
  };
}
