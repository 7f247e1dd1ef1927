import type { HostedDesign } from "../hosted/hosted-design.ts";

/** Name of the module that holds all designs of a build. */
export const WRAPPER = "hidalgo_batch";

/** How a port of design `index` is called outside. */
export function outerName(index: number, verilog: string): string {
  return `d${String(index)}_${verilog}`;
}

function range(width: number): string {
  return width === 1 ? "" : `[${String(width - 1)}:0] `;
}

/** A module with the ports of all designs, each design with a clock of its own. */
export function writeWrapper(designs: readonly HostedDesign[]): string {
  const ports = designs.flatMap((design, index) => [
    ...(design.clock === undefined ? [] : [`  input wire ${outerName(index, design.clock)}`]),
    ...design.inputs.map(({ verilog, width }) => `  input wire ${range(width)}${outerName(index, verilog)}`),
    ...design.outputs.map(
      ({ verilog, width }) => `  output wire ${range(width)}${outerName(index, verilog)}`,
    ),
  ]);
  const instances = designs.map((design, index) => {
    const names = [
      ...(design.clock === undefined ? [] : [design.clock]),
      ...[...design.inputs, ...design.outputs].map((port) => port.verilog),
    ];
    return `  ${design.module} d${String(index)} (${names.map((name) => `.${name}(${outerName(index, name)})`).join(", ")});`;
  });
  return [`module ${WRAPPER} (`, ports.join(",\n"), ");", ...instances, "endmodule", ""].join("\n");
}

/** Verilator's configuration that keeps memories within the reach of the host. */
export function writeConfiguration(designs: readonly HostedDesign[]): string {
  const lines = designs.flatMap((design) =>
    design.memories.map(
      (memory) =>
        `public_flat_rw -module "${memory.module}" -var "${memory.verilog[memory.verilog.length - 1] ?? ""}"`,
    ),
  );
  return ["`verilator_config", ...new Set(lines), ""].join("\n");
}
