import { at, type HwBuilder, type Operation, type Value } from "../../ir/index.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import { type LateInstance, lateInstance, portGuardModule } from "../shell/index.ts";

/** Outputs of a master port with their widths; `strobes` stands for a bit per byte, `data` for a beat. */
const OUTPUTS = {
  arvalid: 1,
  araddr: 32,
  arlen: 8,
  arsize: 3,
  arburst: 2,
  rready: 1,
  awvalid: 1,
  awaddr: 32,
  awlen: 8,
  awsize: 3,
  awburst: 2,
  wvalid: 1,
  wdata: "data",
  wstrb: "strobes",
  wlast: 1,
  bready: 1,
} as const;

/** Inputs of the core that come from memory as they are. */
const ANSWERS = ["rvalid", "rdata", "rresp", "rlast", "bresp"] as const;

/** What stands between the core and memory, in one: of several ports each event of any, and the state of all. */
export interface GuardedPorts {
  readonly modules: readonly Operation[];
  readonly quiet: Value;
  readonly progress: Value;
  /** Waiting channels (3 bits), read bursts, write bursts; the counts are those of the first port. */
  readonly status: readonly Value[];
  close(stop: Value, forget: Value): void;
}

interface GuardedPort {
  readonly guard: LateInstance;
  readonly module: Operation;
}

/** Leads the AXI ports of `core` out through a guard each; a channel that the core does not use is silent. */
export function guardedPorts(b: HwBuilder, plan: NetworkPlan, core: LateInstance): GuardedPorts {
  const memories = plan.outside.filter(({ type }) => type.kind === "memory");
  const ports = memories.map((memory, index) => {
    const bytes = memory.type.kind === "memory" ? memory.type.bytes : 1;
    return guardedPort(b, core, `m_axi_gmem${String(index)}_`, bytes);
  });
  const each = (signal: string): readonly Value[] => ports.map(({ guard }) => guard.out(signal));
  const { guard: first } = at(ports, 0);
  return {
    modules: ports.map(({ module }) => module),
    quiet: b.and(b.constant(1, 1), ...each("quiet")),
    progress: b.or(b.constant(0, 1), ...each("progress")),
    status: [
      ...[0, 1, 2].map((bit) => b.extract(first.out("waiting"), bit, 1)),
      first.out("read_bursts"),
      first.out("write_bursts"),
    ],
    close: (stop, forget) => {
      for (const { guard } of ports) guard.connect({ stop, forget });
    },
  };
}

function guardedPort(b: HwBuilder, core: LateInstance, prefix: string, bytes: number): GuardedPort {
  const module = portGuardModule(8 * bytes);
  const guard = lateInstance(b, module, `guard_${prefix.slice("m_axi_".length, -1)}`);
  const widthOf = (signal: keyof typeof OUTPUTS): number => {
    const width = OUTPUTS[signal];
    return width === "data" ? 8 * bytes : width === "strobes" ? bytes : width;
  };
  const fromCore = (signal: keyof typeof OUTPUTS): Value =>
    core.outputs[prefix + signal] ?? b.constant(signal.endsWith("ready") ? 1 : 0, widthOf(signal));
  for (const signal of ["arvalid", "awvalid", "wvalid", "wstrb", "wlast"] as const)
    guard.connect({ [`core_${signal}`]: fromCore(signal) });
  for (const signal of ["arready", "rvalid", "rlast", "awready", "wready", "bvalid"])
    guard.connect({ [`m_axi_${signal}`]: b.input(prefix + signal) });
  for (const signal of ["arready", "awready", "wready", "bvalid"])
    core.connect({ [prefix + signal]: guard.out(`core_${signal}`) });
  for (const signal of ANSWERS) core.connect({ [prefix + signal]: b.input(prefix + signal) });
  for (const signal of Object.keys(OUTPUTS) as (keyof typeof OUTPUTS)[]) // its keys are these
    b.output(prefix + signal, guard.outputs[`m_axi_${signal}`] ?? fromCore(signal));
  return { guard, module };
}
