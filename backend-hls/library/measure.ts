/**
 * Re-measures the operator tables: `node backend-hls/library/measure.ts xc7 > tables/xc7-measured.ts`.
 *
 * Each operator of each width is synthesized between registers by Yosys, whose `sta` then reports
 * the latest arrival from the delays of the cell models; the clock-to-out of the launching register
 * is taken off. The output is the table's file; README.md says how to read it.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MeasuredKind, MeasuredPoint } from "./table-types.ts";

interface Flow {
  /** Yosys commands from the parsed design to cells, then to cells with delays. */
  readonly script: (top: string) => string;
  /** What was run, for the table's \`source\`. */
  readonly source: string;
  readonly lutCells: RegExp;
  readonly carryCells: RegExp;
  readonly clockToOutPs: number;
}

const KINDS: readonly MeasuredKind[] = ["add", "sub", "eq", "lt", "mux", "logic", "shift", "mul"];

const xilinx = (family: string): Flow => ({
  script: (top) =>
    `synth_xilinx -family ${family} -nodsp -noiopad -noclkbuf -flatten -top ${top}; ` +
    "tee -o stat.txt stat; read_verilog -lib -specify -overwrite +/xilinx/cells_sim.v; tee -o sta.txt sta",
  source: `synth_xilinx -family ${family} -nodsp, sta on +/xilinx/cells_sim.v`,
  lutCells: /\bLUT[1-6]\s+(\d+)/gu,
  carryCells: /\bCARRY[48]\s+(\d+)/gu,
  clockToOutPs: 303,
});

const FLOWS: Readonly<Record<string, Flow>> = {
  xc7: xilinx("xc7"),
  xcup: xilinx("xcup"),
  ecp5: {
    script: (top) =>
      `synth_ecp5 -nodsp -top ${top}; tee -o stat.txt stat; ` +
      "read_verilog -lib -specify -overwrite +/ecp5/cells_sim.v; tee -o sta.txt sta",
    source: "synth_ecp5 -nodsp, sta on +/ecp5/cells_sim.v (register clock-to-out 0 there)",
    lutCells: /\bLUT4\s+(\d+)/gu,
    carryCells: /\bCCU2C\s+(\d+)/gu,
    clockToOutPs: 0,
  },
  ice40: {
    script: (top) =>
      `synth_ice40 -device hx -top ${top}; tee -o stat.txt stat; ` +
      "read_verilog -lib -specify -overwrite -DICE40_HX +/ice40/cells_sim.v; tee -o sta.txt sta",
    source: "synth_ice40 -device hx, sta on +/ice40/cells_sim.v with ICE40_HX",
    lutCells: /\bSB_LUT4\s+(\d+)/gu,
    carryCells: /\bSB_CARRY\s+(\d+)/gu,
    clockToOutPs: 540,
  },
};

const WIDTHS: Readonly<Record<MeasuredKind, readonly number[]>> = {
  add: [1, 4, 8, 16, 32, 64],
  sub: [1, 4, 8, 16, 32, 64],
  eq: [1, 4, 8, 16, 32, 64],
  lt: [1, 4, 8, 16, 32, 64],
  mux: [1, 32],
  logic: [1, 32],
  shift: [4, 8, 16, 32, 64],
  mul: [2, 4, 8, 16, 24],
};

/** Operands `a`, `b` and `s` are registered; the result goes to a register of `resultBits`. */
function expression(
  kind: MeasuredKind,
  width: number,
): { readonly text: string; readonly resultBits: number } {
  switch (kind) {
    case "add":
      return { text: "a + b", resultBits: width };
    case "sub":
      return { text: "a - b", resultBits: width };
    case "eq":
      return { text: "a == b", resultBits: 1 };
    case "lt":
      return { text: "$signed(a) < $signed(b)", resultBits: 1 };
    case "mux":
      return { text: "s[0] ? a : b", resultBits: width };
    case "logic":
      return { text: "a & b", resultBits: width };
    case "shift":
      return { text: "a << s", resultBits: width };
    case "mul":
      return { text: "$signed(a) * $signed(b)", resultBits: 2 * width };
  }
}

function verilog(kind: MeasuredKind, width: number): string {
  const { text, resultBits } = expression(kind, width);
  const selectBits = Math.max(1, Math.ceil(Math.log2(width)));
  return `module top(input clk, input [${width - 1}:0] ia, ib, input [${selectBits - 1}:0] is, output reg [${resultBits - 1}:0] q);
  (* keep *) reg [${width - 1}:0] a, b; (* keep *) reg [${selectBits - 1}:0] s;
  always @(posedge clk) begin a <= ia; b <= ib; s <= is; q <= ${text}; end
endmodule
`;
}

function measure(flow: Flow, kind: MeasuredKind, width: number): MeasuredPoint {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-measure-"));
  writeFileSync(join(folder, "top.v"), verilog(kind, width));
  execFileSync("yosys", ["-q", "-p", `read_verilog top.v; ${flow.script("top")}`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const text = (file: string): string => readFileSync(join(folder, file), "utf8");
  const arrival = Number(/Latest arrival time in '\w+' is (?<ps>\d+)/u.exec(text("sta.txt"))?.groups?.["ps"]);
  const stat = text("stat.txt");
  rmSync(folder, { recursive: true });
  const count = (cells: RegExp): number =>
    [...stat.matchAll(cells)].reduce((sum, match) => sum + Number(match[1]), 0);
  return {
    width,
    delayPs: arrival - flow.clockToOutPs,
    lut: count(flow.lutCells),
    carry: count(flow.carryCells),
  };
}

function printTable(family: string, version: string, flow: Flow): string {
  const print = (value: MeasuredPoint): string =>
    JSON.stringify(value).replace(/"/gu, "").replace(/[:,]/gu, "$& ");
  const kinds = KINDS.map(
    (kind) =>
      `    ${kind}: [\n${WIDTHS[kind].map((width) => `      { ${print(measure(flow, kind, width)).slice(1, -1)} },\n`).join("")}    ],\n`,
  );
  return `import type { MeasuredTable } from "../table-types.ts";

/** Written by measure.ts; not edited by hand. */
export const ${family.toUpperCase()}_MEASURED: MeasuredTable = {
  source: "${version}, ${flow.source}",
  points: {
${kinds.join("")}  },
};
`;
}

function main(family: string | undefined): void {
  const flow = FLOWS[family ?? ""];
  if (flow === undefined) {
    process.stderr.write(`usage: measure.ts ${Object.keys(FLOWS).join("|")}\n`);
    process.exitCode = 1;
    return;
  }
  const version = /Yosys \S+/u.exec(execFileSync("yosys", ["-V"], { encoding: "utf8" }))?.[0] ?? "Yosys";
  process.stdout.write(printTable(family ?? "", version, flow));
}

main(process.argv[2]);
