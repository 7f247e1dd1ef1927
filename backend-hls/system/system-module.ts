import {
  at,
  bitWidth,
  HwBuilder,
  HwModuleOp,
  type Operation,
  type PortSpec,
  present,
  type Value,
} from "../../ir/index.ts";
import type { NetworkHardware } from "../network/network-module.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import {
  controlRegistersModule,
  cycleCountersModule,
  type LateInstance,
  lateInstance,
  modulesOf,
  type RegisterSpec,
  type STALL_CAUSES,
  watchdogModule,
} from "../shell/index.ts";
import { DESIGN_ID_BITS, designIdOf } from "./design-id.ts";
import { COUNTER_NAMES, type StartField, systemRegisters } from "./registers.ts";

/** The product: control registers, counters and watchdog around a network. */
export interface SystemHardware {
  readonly top: Operation;
  readonly modules: readonly Operation[];
  readonly registers: readonly RegisterSpec[];
  /** What the register `design_id` says. */
  readonly designId: bigint;
}

/** What a system is made of. */
export interface SystemOptions {
  readonly name: string;
  readonly plan: NetworkPlan;
  readonly network: NetworkHardware;
  /** Names of the start command's fields. */
  readonly startFields: readonly string[];
  /** The kernel whose iterations count as busy cycles. */
  readonly array: string;
}

/** The watchdog's code in `error_code`; lower ones are the memory engines'. */
export const WATCHDOG_ERROR = 15;

/**
 * The accelerator's top: clock `ap_clk` is the input `clk`, reset `rst` (active high; the Verilog wrapper adapts names), AXI4-Lite
 * `s_axi_control_*`, AXI4 `m_axi_gmem0_*`, `interrupt`. Start writes the start command; the finished token ends the step.
 */
export function systemModule(options: SystemOptions): SystemHardware {
  const { name, plan, network } = options;
  const start = startFields(options);
  const registers = systemRegisters(start);
  const designId = designIdOf(network.modules, registers);
  const control = controlRegistersModule(`${name}_control`, registers);
  const counters = cycleCountersModule();
  const watchdog = watchdogModule();
  const b = new HwBuilder(name, [
    ...outerInputs(control, "s_axi_control_"),
    ...outerInputs(network.top, "m_axi_").slice(2),
  ]);
  const [host, core, count, guard] = [
    lateInstance(b, control, "control"),
    lateInstance(b, network.top, "core"),
    lateInstance(b, counters, "counters"),
    lateInstance(b, watchdog, "watchdog"),
  ];
  const finished = core.out("finished_valid");
  const running = b.feedback(1, { name: "running", reset: 0n });
  const failed = guard.out("expired");
  const done = b.and(running.value, b.or(finished, failed));
  running.drive(b.or(host.out("start"), b.and(running.value, b.not(done))));
  core.connect({
    start_valid: host.out("start"),
    start_data: b.concat(...start.map((field) => host.out(field.name)).toReversed()),
    finished_pop: finished,
    gmem0_base: host.out("gmem0_base"),
    gmem0_limit: host.out("gmem0_limit"),
    clear_error: host.out("start"),
    ...passInputs(b, network.top, "m_axi_"),
  });
  connectCounters(b, { host, core, count, plan, array: options.array, running: running.value });
  guard.connect({
    busy: running.value,
    progress: b.icmp("ne", core.out("issue_bits"), b.constant(0, plan.kernels.length)),
    limit: host.out("watchdog_limit"),
  });
  const code = b.mux(failed, b.constant(WATCHDOG_ERROR, 4), core.out("error_code"));
  host.connect({
    ...passInputs(b, control, "s_axi_control_"),
    done,
    error_event: b.and(done, b.not(b.equals(code, 0))),
    error_code: b.register(code, { name: "error_code_held", enable: done, reset: 0n }),
    ...Object.fromEntries(COUNTER_NAMES.map((counter) => [counter, count.out(counter)])),
    design_id: b.constant(designId, DESIGN_ID_BITS),
  });
  passOutputs(b, control, host, "s_axi_control_");
  passOutputs(b, network.top, core, "m_axi_");
  passOutputs(b, network.top, core, "tap_");
  b.output("interrupt", host.out("interrupt"));
  b.output("running", running.value);
  const top = b.finish();
  return {
    top,
    registers,
    designId,
    modules: modulesOf({ module: top, submodules: [control, counters, watchdog, ...network.modules] }),
  };
}

function startFields({ plan, startFields: names }: SystemOptions): readonly StartField[] {
  const { type } = at(plan.outside, 0);
  const element = type.kind === "stream" && type.element.kind === "bundle" ? type.element.fields : [];
  return names.map((name, index) => ({ name, width: bitWidth(at(element, index)) }));
}

interface CounterParts {
  readonly host: LateInstance;
  readonly core: LateInstance;
  readonly count: LateInstance;
  readonly plan: NetworkPlan;
  readonly array: string;
  readonly running: Value;
}

/** A cycle is busy when the array issues; else it is charged to what kept it waiting. */
function connectCounters(b: HwBuilder, { host, core, count, plan, array, running }: CounterParts): void {
  const index = plan.kernels.findIndex((kernel) => kernel.name === array);
  const bit = (signal: string): Value => b.extract(core.out(`${signal}_bits`), index, 1);
  const idle = b.not(bit("issue"));
  const others = b.icmp("ne", core.out("issue_bits"), b.constant(0, plan.kernels.length));
  const causes: Readonly<Record<(typeof STALL_CAUSES)[number], Value>> = {
    dram_read: b.and(idle, bit("starved"), b.not(others)),
    dram_write: b.and(idle, core.out("writing"), b.not(others)),
    fifo_full: b.and(idle, bit("blocked")),
    fifo_empty: b.and(idle, others),
    drain: idle,
  };
  count.connect({ clear: host.out("start"), running, ...causes });
}

/** Inputs of `module` that begin with `prefix`, behind clock and reset. */
function outerInputs(module: Operation, prefix: string): readonly PortSpec[] {
  return [{ name: "clk", width: "clock" }, { name: "rst", width: 1 }, ...portsOf(module, prefix)];
}

function portsOf(
  module: Operation,
  prefix: string,
): readonly { readonly name: string; readonly width: number }[] {
  const { input_names: names } = present(HwModuleOp.match(module), "a module").attrs;
  const { args } = at(module.regions, 0).block;
  return names.flatMap((name, index) => {
    const { type } = at(args, index);
    return name.startsWith(prefix) && type.kind === "int" ? [{ name, width: type.width }] : [];
  });
}

function passInputs(b: HwBuilder, module: Operation, prefix: string): Readonly<Record<string, Value>> {
  return Object.fromEntries(portsOf(module, prefix).map(({ name }) => [name, b.input(name)]));
}

function passOutputs(b: HwBuilder, module: Operation, instance: LateInstance, prefix: string): void {
  for (const name of present(HwModuleOp.match(module), "a module").attrs.output_names) {
    if (name.startsWith(prefix)) b.output(name, instance.out(name));
  }
}
