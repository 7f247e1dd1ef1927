import {
  CompilerBug,
  type HwBuilder,
  HwModuleOp,
  Operation,
  present,
  type Value,
  widthOf,
} from "../../ir/index.ts";

/** An instance whose inputs may depend on its own outputs. */
export interface LateInstance {
  readonly module: Operation;
  readonly outputs: Readonly<Record<string, Value>>;
  /** The output of that name. */
  out(name: string): Value;
  /** Drives inputs by name; `clk` and `rst` are connected already, every other one must be driven once. */
  connect(inputs: Readonly<Record<string, Value>>): void;
}

/** Instantiates `module` with its inputs open; its clock and reset are the builder's. */
export function lateInstance(b: HwBuilder, module: Operation, instanceName: string): LateInstance {
  const names = present(HwModuleOp.match(module), `module ${instanceName}`).attrs.input_names;
  const args = present(module.regions[0], "the body of a module").block.args;
  const open = args.map((arg, index) => {
    const name = present(names[index], "an input name");
    if (arg.type.kind === "clock") return [name, b.input("clk")] as const;
    if (name === "rst") return [name, b.input("rst")] as const;
    return [name, b.constant(0, arg.type.kind === "int" ? arg.type.width : 1)] as const;
  });
  const outputs = b.instance(module, instanceName, Object.fromEntries(open));
  const op = Object.values(outputs)[0]?.owner;
  if (!(op instanceof Operation)) throw new CompilerBug(`instance ${instanceName} has no outputs`);
  return {
    module,
    outputs,
    out: (name) => present(outputs[name], `output ${name} of ${instanceName}`),
    connect: (inputs) => {
      for (const [name, value] of Object.entries(inputs)) {
        const index = names.indexOf(name);
        if (index < 0) throw new CompilerBug(`${instanceName} has no input ${name}`);
        const wanted = args[index]?.type;
        if (wanted?.kind === "int" && widthOf(value) !== wanted.width)
          throw new CompilerBug(
            `input ${name} of ${instanceName} has ${String(wanted.width)} bits, not ${String(widthOf(value))}`,
          );
        op.setOperand(index, value);
      }
    },
  };
}
