import { emittedMemories, emitVerilog, nameModule, nameModules } from "../../backend-verilog/index.ts";
import { fail, HwModuleOp, type Operation, ok, present, type Result } from "../../ir/index.ts";
import { flatten } from "../netlist/flatten.ts";
import { findModule, modulePorts, modulesByName } from "../netlist/ports.ts";
import { simplify } from "../netlist/simplify.ts";

/** A data port: its name in the IR and in Verilog. */
interface HostedPort {
  readonly name: string;
  readonly verilog: string;
  readonly width: number;
}

/** A memory that the host may reach. */
interface HostedMemory {
  readonly path: string;
  /** Names of the instances below the top module, then of the memory, in Verilog. */
  readonly verilog: readonly string[];
  /** The module that declares it, in Verilog. */
  readonly module: string;
  readonly width: number;
  readonly depth: number;
}

/** One design for an engine that reads Verilog. */
export interface HostedDesign {
  readonly top: string;
  /** Name of the top module in Verilog. */
  readonly module: string;
  readonly clock: string | undefined;
  readonly inputs: readonly HostedPort[];
  readonly outputs: readonly HostedPort[];
  readonly memories: readonly HostedMemory[];
  readonly files: ReadonlyMap<string, string>;
}

/** A design as the caller has it. */
export interface DesignSource {
  readonly top: string;
  readonly modules: readonly Operation[];
}

/** Emits a design and gathers what the host may touch. */
export function hostDesign({ top, modules }: DesignSource, prefix: string): Result<HostedDesign> {
  const found = findModule(top, modules);
  if (found.kind === "error") return fail(...found.diagnostics);
  const module = found.value;
  const sound = simplify(flatten(top, modulesByName(modules)), top);
  if (sound.kind === "error") return sound;
  const naming = nameModules(modules, prefix);
  const view = present(HwModuleOp.match(module), "hw.module");
  const names = nameModule(module);
  const verilogByPort = new Map<string, string>();
  for (const [index, name] of view.attrs.input_names.entries())
    verilogByPort.set(`i${name}`, names.inputs[index] ?? name);
  for (const [index, name] of view.attrs.output_names.entries())
    verilogByPort.set(`o${name}`, names.outputs[index] ?? name);
  const ports = modulePorts(module);
  const hosted = (
    kind: string,
    list: readonly { readonly name: string; readonly width: number }[],
  ): readonly HostedPort[] =>
    list.map((port) => ({ ...port, verilog: present(verilogByPort.get(kind + port.name), port.name) }));
  return ok({
    top,
    module: present(naming.get(top), top),
    clock: ports.clock === undefined ? undefined : verilogByPort.get(`i${ports.clock}`),
    inputs: hosted("i", ports.inputs),
    outputs: hosted("o", ports.outputs),
    memories: findMemories(module, modulesByName(modules), naming),
    files: emitVerilog(modules, { prefix }),
  });
}

interface Place {
  readonly module: Operation;
  readonly path: string;
  readonly verilog: readonly string[];
}

/** Every memory below `top`, with the paths of the embedded simulator. */
function findMemories(
  top: Operation,
  modules: ReadonlyMap<string, Operation>,
  naming: ReadonlyMap<string, string>,
): readonly HostedMemory[] {
  const memories: HostedMemory[] = [];
  const pending: Place[] = [{ module: top, path: "", verilog: [] }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    memories.push(...memoriesOf(place, naming));
    pending.push(...placesBelow(place, modules));
  }
  return memories;
}

/** The memories of one instance. */
function memoriesOf(place: Place, naming: ReadonlyMap<string, string>): readonly HostedMemory[] {
  const { sym_name: name } = present(HwModuleOp.match(place.module), "hw.module").attrs;
  const module = present(naming.get(name), "module");
  const memories: HostedMemory[] = [];
  const seen = new Map<string, number>();
  const emitted = emittedMemories(place.module);
  for (const [op, verilog] of nameModule(place.module).memories) {
    const name = textOf(op, "name") ?? op.result.hint ?? "mem";
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    if (op.result.type.kind !== "firmem" || !emitted.has(op)) continue;
    const { width, depth } = op.result.type;
    memories.push({
      path: `${place.path}${name}${count === 0 ? "" : `#${String(count)}`}`,
      verilog: [...place.verilog, verilog],
      module,
      width,
      depth,
    });
  }
  return memories;
}

/** The instances directly below one. */
function placesBelow(place: Place, modules: ReadonlyMap<string, Operation>): readonly Place[] {
  return [...nameModule(place.module).instances].flatMap(([op, verilog]) => {
    const target = op.attribute("moduleName");
    const module = modules.get(target?.kind === "symbol" ? target.name : "");
    const path = `${place.path}${textOf(op, "instanceName") ?? "u"}.`;
    return module === undefined ? [] : [{ module, path, verilog: [...place.verilog, verilog] }];
  });
}

function textOf(op: Operation, key: string): string | undefined {
  const attribute = op.attribute(key);
  return attribute?.kind === "string" ? attribute.value : undefined;
}
