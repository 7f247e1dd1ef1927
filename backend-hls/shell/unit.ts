import { HwModuleOp, type Operation, present } from "../../ir/index.ts";

/** A module together with the modules that it instantiates, directly or not. */
export interface HardwareUnit {
  readonly module: Operation;
  readonly submodules: readonly Operation[];
}

/** The symbol of a module. */
export function moduleName(module: Operation): string {
  return present(HwModuleOp.match(module), "an hw.module").attrs.sym_name;
}

/** Every module of the units once, in the order of first need: modules of one name are the same. */
export function modulesOf(...units: readonly HardwareUnit[]): readonly Operation[] {
  const byName = new Map<string, Operation>();
  for (const unit of units) {
    for (const module of [...unit.submodules, unit.module])
      if (!byName.has(moduleName(module))) byName.set(moduleName(module), module);
  }
  return [...byName.values()];
}
