import {
  CompilerBug,
  HwInstanceOp,
  HwModuleOp,
  type Operation,
  present,
  type Value,
} from "../../ir/index.ts";
import type { ObservedStream } from "../../sim/index.ts";

/** How `networkModule` calls the instance of a stream's queue. */
const QUEUE_PREFIX = "q_";
const TAP_PREFIX = "tap_";

/** An output that is added to a module. */
interface Tap {
  readonly name: string;
  readonly value: Value;
}

/**
 * Leads what enters the queues of `streams` out of the hardware as outputs `tap_<stream>_valid` and `tap_<stream>_data`, of
 * every module above the queues too; modules are changed in place. Gives the streams that have a queue, and
 * the instances from the root of the hierarchy down to the queues.
 */
export function tapQueues(
  modules: readonly Operation[],
  streams: ReadonlySet<string>,
): { readonly taps: readonly ObservedStream[]; readonly path: readonly string[] } {
  const network = modules.find((module) => queuesOf(module, streams).length > 0);
  if (network === undefined) throw new CompilerBug("the hardware has no queue of the schedule");
  const queues = queuesOf(network, streams);
  const observed: ObservedStream[] = [];
  const taps: Tap[] = [];
  for (const { stream, instance } of queues) {
    const { argNames } = present(HwInstanceOp.match(instance), "an instance").attrs;
    const input = (name: string): Value | undefined => instance.operands[argNames.indexOf(name)];
    const data = argNames.includes("in_data") ? input("in_data") : undefined;
    taps.push({ name: `${TAP_PREFIX}${stream}_valid`, value: present(input("in_valid"), "in_valid") });
    if (data !== undefined) taps.push({ name: `${TAP_PREFIX}${stream}_data`, value: data });
    observed.push({ name: stream, hasData: data !== undefined });
  }
  addOutputs(modules, network, taps);
  return { taps: observed, path: pathTo(modules, network) };
}

/** Names of the instances from the root down to `module`. */
function pathTo(modules: readonly Operation[], module: Operation): readonly string[] {
  for (const parent of modules) {
    const instance = bodyOps(parent).find(
      (op) => HwInstanceOp.match(op)?.attrs.moduleName === nameOf(module),
    );
    const name = HwInstanceOp.match(instance)?.attrs.instanceName;
    if (name !== undefined) return [...pathTo(modules, parent), name];
  }
  return [];
}

function queuesOf(
  module: Operation,
  streams: ReadonlySet<string>,
): readonly { readonly stream: string; readonly instance: Operation }[] {
  return bodyOps(module).flatMap((instance) => {
    const name = HwInstanceOp.match(instance)?.attrs.instanceName;
    if (name?.startsWith(QUEUE_PREFIX) !== true) return [];
    const stream = name.slice(QUEUE_PREFIX.length);
    return streams.has(stream) ? [{ stream, instance }] : [];
  });
}

function bodyOps(module: Operation): readonly Operation[] {
  return module.regions[0]?.block.ops ?? [];
}

function nameOf(module: Operation): string {
  return present(HwModuleOp.match(module), "hw.module").attrs.sym_name;
}

/** Adds outputs to a module and passes them on through every module that instantiates it. */
function addOutputs(modules: readonly Operation[], module: Operation, taps: readonly Tap[]): void {
  const output = present(bodyOps(module).at(-1), "hw.output");
  for (const { value } of taps) output.appendOperand(value);
  appendNames(module, "output_names", taps);
  for (const parent of modules) {
    const instances = bodyOps(parent).filter(
      (op) => HwInstanceOp.match(op)?.attrs.moduleName === nameOf(module),
    );
    for (const instance of instances) addOutputs(modules, parent, widen(instance, taps));
  }
}

/** Puts an instance with more results in the place of `instance`; the new results. */
function widen(instance: Operation, taps: readonly Tap[]): readonly Tap[] {
  const { attrs } = present(HwInstanceOp.match(instance), "an instance");
  const wider = HwInstanceOp.create({
    operands: {},
    rest: instance.operands,
    attrs: { ...attrs, resultNames: [...attrs.resultNames, ...taps.map(({ name }) => name)] },
    resultTypes: [...instance.results.map(({ type }) => type), ...taps.map(({ value }) => value.type)],
    span: instance.span,
  });
  present(instance.parent, "a block").insertBefore(wider, instance);
  instance.results.forEach((result, index) => {
    const other = present(wider.results[index], "a result");
    other.hint = result.hint;
    result.replaceAllUsesWith(other);
  });
  instance.erase();
  return taps.map(({ name }, index) => {
    const value = present(wider.results[instance.results.length + index], "a new result");
    value.hint = name;
    return { name, value };
  });
}

function appendNames(module: Operation, key: string, taps: readonly Tap[]): void {
  const old = module.attribute(key);
  const elements = old?.kind === "array" ? old.elements : [];
  const added = taps.map(({ name }) => ({ kind: "string", value: name }) as const);
  module.setAttribute(key, { kind: "array", elements: [...elements, ...added] });
}
