import {
  at,
  CompilerBug,
  fail,
  HwModuleOp,
  type Operation,
  ok,
  present,
  type Result,
  type Value,
} from "../../ir/index.ts";
import { noSuchModule } from "../diagnostics.ts";

/** A port of a module with data: name and width in bits. */
interface DataPort {
  readonly name: string;
  readonly width: number;
}

/** The ports of a module; `clock` is the name of its clock input, where it has one. */
export interface ModulePorts {
  readonly clock: string | undefined;
  readonly inputs: readonly DataPort[];
  readonly outputs: readonly DataPort[];
}

/** The module named `top`. */
export function findModule(top: string, modules: readonly Operation[]): Result<Operation> {
  const found = modules.find((module) => HwModuleOp.match(module)?.attrs.sym_name === top);
  if (found !== undefined) return ok(found);
  const names = modules.flatMap((module) => HwModuleOp.match(module)?.attrs.sym_name ?? []);
  const where = modules[0]?.span ?? { file: top, line: 0, column: 0 };
  return fail(noSuchModule(where, { top, names }));
}

/** Reads the ports of a `hw.module`. */
export function modulePorts(module: Operation): ModulePorts {
  const view = present(HwModuleOp.match(module), "hw.module");
  const block = at(present(module.regions[0], "body").blocks, 0);
  const output = present(block.last, "hw.output");
  const clocks = view.attrs.input_names.filter((_, index) => at(block.args, index).type.kind === "clock");
  if (clocks.length > 1)
    throw new CompilerBug(`${view.attrs.sym_name} has ${String(clocks.length)} clocks; simulators drive one`);
  return {
    clock: clocks[0],
    inputs: dataPorts(view.attrs.input_names, block.args),
    outputs: dataPorts(view.attrs.output_names, output.operands),
  };
}

function dataPorts(names: readonly string[], values: readonly Value[]): readonly DataPort[] {
  return names.flatMap((name, index) => {
    const { type } = at(values, index);
    return type.kind === "int" ? [{ name, width: type.width }] : [];
  });
}

/** Modules by their names. */
export function modulesByName(modules: readonly Operation[]): ReadonlyMap<string, Operation> {
  return new Map(
    modules.flatMap((module): readonly (readonly [string, Operation])[] => {
      const view = HwModuleOp.match(module);
      return view === undefined ? [] : [[view.attrs.sym_name, module]];
    }),
  );
}
