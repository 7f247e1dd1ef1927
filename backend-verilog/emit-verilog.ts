import { at, HwModuleOp, ModuleOp, type Operation, present, type Span } from "../ir/index.ts";
import { bodyOf } from "./live.ts";
import { type Neighbours, writeModule } from "./module.ts";
import { nameModules } from "./module-names.ts";

/** What changes the names in the text. */
export interface EmitOptions {
  /** Stands before every module name: several designs can then share one build. */
  readonly prefix?: string;
  /** Lines of a comment above a module, by its name in the IR. */
  readonly headers?: ReadonlyMap<string, readonly string[]>;
  /** The comment of a line that was made of the text at `span`, "" for none (default: file and line). */
  readonly comment?: (span: Span) => string;
}

/** Hardware modules given as a list or inside a `builtin.module`. */
export type HardwareModules = readonly Operation[] | Operation;

/** The `hw.module` operations among them. */
export function hardwareModules(modules: HardwareModules): readonly Operation[] {
  if (!("length" in modules))
    return ModuleOp.match(modules) === undefined
      ? hardwareModules([modules])
      : hardwareModules(bodyOf(modules).ops);
  return modules.filter((op) => HwModuleOp.match(op) !== undefined);
}

/**
 * Verilog-2005 of every `hw.module`: file name (`<module>.v`) to text, in the order of the modules. The text depends on
 * the modules alone.
 */
export function emitVerilog(modules: HardwareModules, options: EmitOptions = {}): Map<string, string> {
  const list = hardwareModules(modules);
  const neighbours = neighboursOf(list, options.prefix);
  const names = [...neighbours.naming.values()];
  return new Map(
    list.map((module, index) => [
      `${at(names, index)}.v`,
      comment(module, options) + writeModule(module, at(names, index), neighbours, options.comment),
    ]),
  );
}

function comment(module: Operation, { headers }: EmitOptions): string {
  const lines = headers?.get(present(HwModuleOp.match(module), "hw.module").attrs.sym_name) ?? [];
  return lines.map((line) => `// ${line.replace(/[\r\n]/gu, " ")}\n`).join("");
}

/** The modules by their names in the IR, and their names in Verilog. */
export function neighboursOf(list: readonly Operation[], prefix: string | undefined): Neighbours {
  const naming = nameModules(list, prefix);
  const byName = new Map(
    list.map((module) => [present(HwModuleOp.match(module), "hw.module").attrs.sym_name, module]),
  );
  return { naming, byName };
}
