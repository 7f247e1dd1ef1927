import { at, HwBuilder, HwModuleOp, type Operation, type PortSpec, present } from "../../ir/index.ts";

/**
 * The module that a board instantiates: `system` under the port names that vendors' tools know, clock `ap_clk` and reset
 * `ap_rst_n` (active low, synchronous). Observation ports (`running`, taps) stay inside.
 */
export function productTop(name: string, system: Operation): Operation {
  const { input_names: names, output_names: outputs } = present(HwModuleOp.match(system), "a module").attrs;
  const { args } = at(system.regions, 0).block;
  const ports = names.flatMap((port, index): readonly PortSpec[] => {
    const { type } = at(args, index);
    return type.kind === "int" && port !== "rst" ? [{ name: port, width: type.width }] : [];
  });
  const b = new HwBuilder(name, [
    { name: "ap_clk", width: "clock" },
    { name: "ap_rst_n", width: 1 },
    ...ports,
  ]);
  const given = Object.fromEntries(ports.map((port) => [port.name, b.input(port.name)]));
  const inner = b.instance(system, "system", {
    ...given,
    clk: b.input("ap_clk"),
    rst: b.not(b.input("ap_rst_n")),
  });
  for (const output of outputs)
    if (isProductPort(output)) b.output(output, present(inner[output], `output ${output}`));
  return b.finish();
}

function isProductPort(name: string): boolean {
  return name.startsWith("s_axi_") || name.startsWith("m_axi_") || name === "interrupt";
}
