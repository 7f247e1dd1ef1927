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
import { guardedRegions } from "../network/memory-port.ts";
import type { NetworkHardware } from "../network/network-module.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import { QUEUE_LIMITS } from "../network/queue-limits.ts";
import {
  controlRegistersModule,
  cycleCountersModule,
  eventCountersModule,
  type LateInstance,
  lateInstance,
  modulesOf,
  type RegisterSpec,
  type STALL_CAUSES,
  supervisorModule,
  watchdogModule,
} from "../shell/index.ts";
import { axisInputs, connectAxis } from "./axis-ports.ts";
import { coreError, type StartLimit, startError } from "./core-errors.ts";
import { DESIGN_ID_BITS, designIdOf } from "./design-id.ts";
import { type GuardedPorts, guardedPorts } from "./guarded-ports.ts";
import { beatCounter, COUNTER_NAMES, type StartField, systemRegisters } from "./registers.ts";

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
  /** Outside streams {i8 code, i16 where} by which kernels report what is wrong with a step; code 0 is nothing. */
  readonly faults?: readonly string[];
  /** What fields of the start command may be. */
  readonly limits?: readonly StartLimit[];
  /** Outside streams of bits; the ones of a step are counted in a register of the stream's name. */
  readonly events?: readonly string[];
}

/**
 * The accelerator: clock `clk`, reset `rst` (the product around it adapts names), AXI4-Lite `s_axi_control_*`, AXI4
 * `m_axi_gmem<k>_*`, `interrupt`. Start gives the core its command; the finished token ends the step. Whatever else ends it closes
 * the port, resets the core and leaves a code in `error_code`: the next step begins as the first one did.
 */
export function systemModule(options: SystemOptions): SystemHardware {
  const { name, plan, network, faults = [], limits = [], events = [] } = options;
  const start = startFields(options);
  const regions = guardedRegions(plan);
  const engines = plan.bursts.map((burst) => burst.name);
  const registers = systemRegisters(start, regions, engines, events);
  const designId = designIdOf(network.modules, registers);
  const control = controlRegistersModule(`${name}_control`, registers);
  const shell = shellModules([...engines.map(beatCounter), ...events]);
  const b = new HwBuilder(name, [
    ...outerInputs(control, "s_axi_control_"),
    ...outerInputs(network.top, "m_axi_").slice(2),
    ...portsOf(network.top, QUEUE_LIMITS),
    ...axisInputs(plan),
  ]);
  const host = lateInstance(b, control, "control");
  const core = lateInstance(b, network.top, "core");
  const count = lateInstance(b, shell.counters, "counters");
  const supervisor = lateInstance(b, shell.supervisor, "supervisor");
  const ports = guardedPorts(b, plan, core);
  core.connect({
    rst: supervisor.out("core_reset"),
    start_valid: supervisor.out("begin"),
    start_data: b.concat(...start.map((field) => host.out(field.name)).toReversed()),
    finished_pop: core.out("finished_valid"),
    clear_error: supervisor.out("begin"),
    ...passInputs(b, network.top, QUEUE_LIMITS),
    ...Object.fromEntries(regions.flatMap(boundsOf).map((bound) => [bound, host.out(bound)])),
  });
  const begun = supervisor.out("begin");
  const beats = countBeats(b, shell.beats, { begun, core, engines, events });
  connectCounters(b, { begun, core, count, plan, array: options.array, running: supervisor.out("running") });
  supervise(
    { b, supervisor, host, core, ports, watchdog: shell.watchdog },
    startError(b, host, limits),
    faults,
  );
  host.connect({
    ...passInputs(b, control, "s_axi_control_"),
    ...reported(b, supervisor, ports),
    ...Object.fromEntries(COUNTER_NAMES.map((counter) => [counter, count.out(counter)])),
    ...beats,
    design_id: b.constant(designId, DESIGN_ID_BITS),
  });
  const streams = connectAxis(b, plan, core, {
    coreReset: supervisor.out("core_reset"),
    beginsWithoutCredits: portsOf(network.top, QUEUE_LIMITS).length > 0,
  });
  passOutputs(b, control, host, "s_axi_control_");
  passOutputs(b, network.top, core, "tap_");
  b.output("interrupt", host.out("interrupt"));
  b.output("running", supervisor.out("running"));
  const top = b.finish();
  const { beats: beatCounters, ...rest } = shell;
  const counting = engines.length + events.length === 0 ? [] : [beatCounters];
  const around = [...counting, ...ports.modules, ...streams];
  const submodules = [control, ...Object.values(rest), ...around, ...network.modules];
  return { top, registers, designId, modules: modulesOf({ module: top, submodules }) };
}

/** What stands around every core; `beats` counts events. */
function shellModules(events: readonly string[]) {
  return {
    counters: cycleCountersModule(),
    beats: eventCountersModule(events),
    watchdog: watchdogModule(),
    supervisor: supervisorModule(),
  };
}

interface SupervisedParts {
  readonly b: HwBuilder;
  readonly supervisor: LateInstance;
  readonly host: LateInstance;
  readonly core: LateInstance;
  readonly ports: GuardedPorts;
  readonly watchdog: Operation;
}

/** Joins the supervisor with what it watches: two watchdogs, one over the step, one over what memory owes behind a fault. */
function supervise(
  { b, supervisor, host, core, ports, watchdog }: SupervisedParts,
  refusal: Value,
  faults: readonly string[],
): void {
  const issues = core.out("issue_bits");
  const moves = b.not(b.equals(issues, 0));
  const [step, drain] = [lateInstance(b, watchdog, "watchdog"), lateInstance(b, watchdog, "drain_watchdog")];
  step.connect({
    busy: supervisor.out("running"),
    progress: b.or(moves, ports.progress),
    limit: host.out("watchdog_limit"),
  });
  drain.connect({
    busy: supervisor.out("draining"),
    progress: ports.progress,
    limit: host.out("drain_limit"),
  });
  ports.close(supervisor.out("stop"), supervisor.out("forget"));
  const { code, where } = coreError(b, core, faults);
  supervisor.connect({
    start: host.out("start"),
    start_refused: host.out("start_refused"),
    start_error: refusal,
    finished: core.out("finished_valid"),
    core_error: code,
    core_where: where,
    quiet: ports.quiet,
    watchdog: step.out("expired"),
    drain_timeout: drain.out("expired"),
    reset_soft: b.extract(host.out("reset"), 0, 1),
    reset_force: b.extract(host.out("reset"), 1, 1),
  });
}

/** What the host reads of the end of a step. */
function reported(
  b: HwBuilder,
  supervisor: LateInstance,
  ports: GuardedPorts,
): Readonly<Record<string, Value>> {
  const code = supervisor.out("error_code");
  const done = supervisor.out("done");
  return {
    done,
    error_event: b.and(b.register(done, { name: "done_before", reset: 0n }), b.not(b.equals(code, 0))),
    error_code: code,
    error_where: supervisor.out("error_where"),
    port_status: b.concat(...[supervisor.out("stuck"), ...ports.status].toReversed()),
  };
}

function boundsOf(region: string): readonly string[] {
  return [`${region}_base`, `${region}_limit`];
}

function startFields({ plan, startFields: names }: SystemOptions): readonly StartField[] {
  const { type } = at(plan.outside, 0);
  const element = type.kind === "stream" && type.element.kind === "bundle" ? type.element.fields : [];
  return names.map((name, index) => ({ name, width: bitWidth(at(element, index)) }));
}

/** The beats of each engine and the ones of each stream of events since the step began, by register. */
function countBeats(
  b: HwBuilder,
  module: Operation,
  {
    begun,
    core,
    engines,
    events,
  }: {
    readonly begun: Value;
    readonly core: LateInstance;
    readonly engines: readonly string[];
    readonly events: readonly string[];
  },
): Readonly<Record<string, Value>> {
  if (engines.length + events.length === 0) return {};
  const count = lateInstance(b, module, "beats");
  const names = engines.map(beatCounter);
  count.connect({ clear: begun });
  names.forEach((name, index) => {
    count.connect({ [name]: b.extract(core.out("beat_bits"), index, 1) });
  });
  for (const event of events) {
    const valid = core.out(`${event}_valid`);
    core.connect({ [`${event}_pop`]: valid });
    count.connect({ [event]: b.and(valid, core.out(`${event}_data`)) });
  }
  return Object.fromEntries([...names, ...events].map((name) => [name, count.out(name)]));
}

interface CounterParts {
  readonly begun: Value;
  readonly core: LateInstance;
  readonly count: LateInstance;
  readonly plan: NetworkPlan;
  readonly array: string;
  readonly running: Value;
}

/** A cycle is busy when the array issues; else it is charged to what kept it waiting. */
function connectCounters(b: HwBuilder, { begun, core, count, plan, array, running }: CounterParts): void {
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
  count.connect({ clear: begun, running, ...causes });
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
