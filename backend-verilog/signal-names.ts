import type { Operation, Value } from "../ir/index.ts";
import { type HardwareModules, hardwareModules, neighboursOf } from "./emit-verilog.ts";
import { namedValues } from "./module.ts";

/** A value and a name of it in Verilog. */
export type NamedValue = readonly [value: Value, name: string];

/** The signals in the Verilog of any of the modules: ports, wires and registers; asked for, a module is emitted. */
export function signalNames(modules: HardwareModules): (module: Operation) => readonly NamedValue[] {
  const neighbours = neighboursOf(hardwareModules(modules), undefined);
  const known = new Map<Operation, readonly NamedValue[]>();
  return (module) => {
    const names = known.get(module) ?? namedValues(module, neighbours);
    known.set(module, names);
    return names;
  };
}
