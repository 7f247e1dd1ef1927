import { at, HwModuleOp, type Operation, present } from "../ir/index.ts";
import { bodyOf } from "./live.ts";
import { NameTable } from "./names.ts";

/** The names that the outside may ask for: they are given before all others, so that no edit inside changes them. */
export interface ModuleNames {
  readonly table: NameTable;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly instances: ReadonlyMap<Operation, string>;
  readonly memories: ReadonlyMap<Operation, string>;
}

/** A string attribute, or undefined. */
export function textOf(op: Operation, key: string): string | undefined {
  const attribute = op.attribute(key);
  return attribute?.kind === "string" ? attribute.value : undefined;
}

/** Names of ports, instances and memories of a `hw.module`. */
export function nameModule(module: Operation): ModuleNames {
  const { attrs } = present(HwModuleOp.match(module), "hw.module");
  const table = new NameTable();
  const inputs = attrs.input_names.map((name) => table.unique(name));
  const outputs = attrs.output_names.map((name) => table.unique(name));
  const instances = new Map<Operation, string>();
  const memories = new Map<Operation, string>();
  for (const op of bodyOf(module).ops) {
    if (op.name === "hw.instance") instances.set(op, table.unique(textOf(op, "instanceName") ?? "u"));
    else if (op.name === "seq.firmem")
      memories.set(op, table.unique(textOf(op, "name") ?? op.result.hint ?? "mem"));
  }
  return { table, inputs, outputs, instances, memories };
}

/** The name of a module in Verilog, and of its file without `.v`. */
export type ModuleNaming = ReadonlyMap<string, string>;

/** Verilog names of modules; `prefix` keeps several designs apart. */
export function nameModules(modules: readonly Operation[], prefix = ""): ModuleNaming {
  const table = new NameTable();
  return new Map(
    modules.map((module) => {
      const name = present(HwModuleOp.match(module), "hw.module").attrs.sym_name;
      return [name, table.unique(`${prefix}${name}`)];
    }),
  );
}

/** The Verilog path (instance names, then the memory's name) of a memory given by its path in the IR, such as `dram.store`. */
export function memoryPath(
  top: Operation,
  modules: ReadonlyMap<string, Operation>,
  path: string,
): readonly string[] | undefined {
  const steps = path.split(".");
  let module = top;
  const out: string[] = [];
  for (const step of steps.slice(0, -1)) {
    const names = nameModule(module);
    const instance = [...names.instances].find(([op]) => textOf(op, "instanceName") === step);
    const target = instance?.[0].attribute("moduleName");
    const next = target?.kind === "symbol" ? modules.get(target.name) : undefined;
    if (instance === undefined || next === undefined) return undefined;
    out.push(instance[1]);
    module = next;
  }
  const [last, count] = at(steps, steps.length - 1).split("#");
  const found = [...nameModule(module).memories].filter(
    ([op]) => (textOf(op, "name") ?? op.result.hint ?? "mem") === last,
  )[Number(count ?? "0")];
  return found === undefined ? undefined : [...out, found[1]];
}
