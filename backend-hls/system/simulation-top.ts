import {
  at,
  HwBuilder,
  HwModuleOp,
  type MemoryParameters,
  memoryModule,
  type Operation,
  type PortSpec,
  present,
} from "../../ir/index.ts";
import { lateInstance, modulesOf } from "../shell/index.ts";
import type { SystemHardware } from "./system-module.ts";

/**
 * The accelerator with a memory behind its port, for simulation: inputs clk, rst, s_axi_control_*; outputs s_axi_control_*,
 * interrupt, running. The memory is the instance `memory`, its data the memory `store` in it.
 */
export function simulationTop(
  name: string,
  system: Pick<SystemHardware, "top" | "modules">,
  memory: MemoryParameters,
): { readonly top: Operation; readonly modules: readonly Operation[] } {
  const dram = memoryModule(`${name}_memory`, memory);
  const control = inputsOf(system.top).filter((port) => port.name.startsWith("s_axi_control_"));
  const b = new HwBuilder(name, [{ name: "clk", width: "clock" }, { name: "rst", width: 1 }, ...control]);
  const core = lateInstance(b, system.top, "accelerator");
  const store = lateInstance(b, dram, "memory");
  core.connect(Object.fromEntries(control.map((port) => [port.name, b.input(port.name)])));
  for (const { name: input } of inputsOf(system.top)) {
    if (input.startsWith("m_axi_gmem0_"))
      core.connect({ [input]: store.out(input.replace("m_axi_gmem0_", "s_axi_")) });
  }
  for (const { name: input, width } of inputsOf(dram)) {
    if (input === "rst") continue;
    const source = input.replace("s_axi_", "m_axi_gmem0_");
    store.connect({ [input]: core.outputs[source] ?? b.constant(0, width) });
  }
  for (const output of present(HwModuleOp.match(system.top), "a module").attrs.output_names) {
    if (!output.startsWith("m_axi_")) b.output(output, core.out(output));
  }
  const top = b.finish();
  return { top, modules: modulesOf({ module: top, submodules: [dram, ...system.modules] }) };
}

function inputsOf(module: Operation): readonly (PortSpec & { readonly width: number })[] {
  const { input_names: names } = present(HwModuleOp.match(module), "a module").attrs;
  const { args } = at(module.regions, 0).block;
  return names.flatMap((name, index) => {
    const { type } = at(args, index);
    return type.kind === "int" ? [{ name, width: type.width }] : [];
  });
}
