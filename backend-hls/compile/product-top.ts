import { at, HwBuilder, HwModuleOp, type Operation, type PortSpec, present } from "../../ir/index.ts";

/** AXI4 signals that block designs expect of a master beside those that carry something: one ID, normal non-cacheable memory. */
const MASTER_CONSTANTS = [
  { name: "id", width: 1, value: 0 },
  { name: "lock", width: 1, value: 0 },
  { name: "cache", width: 4, value: 0b0011 },
  { name: "prot", width: 3, value: 0b000 },
  { name: "qos", width: 4, value: 0 },
] as const;

/** Inputs that are there for the same reason and that nothing depends on. */
const MASTER_INPUTS = ["rid", "bid"];
const CONTROL_INPUTS = ["awprot", "arprot"];

/** What of a system is led out beside its product ports. */
export interface ProductOptions {
  /** Taps of queues and `running`: for simulations that compare. */
  readonly observed?: boolean;
}

/**
 * The module that a board instantiates: `system` under the port names that vendors' tools know, clock `ap_clk` and reset
 * `ap_rst_n` (active low, synchronous), every signal of AXI4 and AXI4-Lite that Vivado's block designs connect. Observation ports
 * (`running`, taps) stay inside unless they are asked for.
 */
export function productTop(name: string, system: Operation, options: ProductOptions = {}): Operation {
  const { input_names: names, output_names: outputs } = present(HwModuleOp.match(system), "a module").attrs;
  const { args } = at(system.regions, 0).block;
  const ports = names.flatMap((port, index): readonly PortSpec[] => {
    const { type } = at(args, index);
    return type.kind === "int" && port !== "rst" ? [{ name: port, width: type.width }] : [];
  });
  const masters = outputs.flatMap((output) =>
    output.endsWith("_arvalid") ? [output.slice(0, -"arvalid".length)] : [],
  );
  const b = new HwBuilder(name, [
    { name: "ap_clk", width: "clock" },
    { name: "ap_rst_n", width: 1 },
    ...ports,
    ...CONTROL_INPUTS.map((port) => ({ name: `s_axi_control_${port}`, width: 3 })),
    ...masters.flatMap((prefix) => MASTER_INPUTS.map((port) => ({ name: prefix + port, width: 1 }))),
  ]);
  const given = Object.fromEntries(ports.map((port) => [port.name, b.input(port.name)]));
  const inner = b.instance(system, "system", {
    ...given,
    clk: b.input("ap_clk"),
    rst: b.not(b.input("ap_rst_n")),
  });
  for (const output of outputs)
    if (options.observed === true || isProductPort(output))
      b.output(output, present(inner[output], `output ${output}`));
  for (const prefix of masters) driveConstants(b, prefix);
  return b.finish();
}

function driveConstants(b: HwBuilder, prefix: string): void {
  for (const channel of ["ar", "aw"])
    for (const { name, width, value } of MASTER_CONSTANTS)
      b.output(`${prefix}${channel}${name}`, b.constant(value, width));
}

function isProductPort(name: string): boolean {
  return /^[sm]_axis?_/u.test(name) || name === "interrupt";
}
