import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitVerilog } from "../backend-verilog/index.ts";
import { at, HwModuleOp, type Operation, present } from "../ir/index.ts";

/** Milliseconds that a run may take: `sta` visits reconverging paths again and again, and does not end on some deep stages. */
const LIMIT_MS = 60_000;

/** What Yosys finds between registers, on 7-series cells and without wires. */
export interface RegisterTiming {
  /** From a clock edge to the latest register, in picoseconds. */
  readonly arrivalPs: number;
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly carry: number;
}

/** Whether the native Yosys is there. */
export function hasYosys(): boolean {
  try {
    execFileSync("yosys", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Synthesizes a module of inputs `clk`, `a0`, … and output `y` between registers for 7-series and runs `sta`;
 * undefined when that does not end in time.
 * Shift registers stay flip-flops (`-nosrl`): an SRL's slow output would be followed by one. ROMs lose their
 * `ram_style`, as the mapper knows no LUT ROM of that name. The counts include the registers around the module.
 */
export function measureRegisterTiming(
  module: Operation,
  widths: readonly number[],
  resultBits: number,
): RegisterTiming | undefined {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-timing-"));
  const name = present(HwModuleOp.match(module), "hw.module").attrs.sym_name;
  const text = [...emitVerilog([module]).values()].join("\n");
  writeFileSync(join(folder, "top.v"), `${text}\n${between(name, widths, resultBits)}`);
  const script =
    "read_verilog top.v; setattr -unset ram_style */m:*; " +
    "synth_xilinx -family xc7 -nosrl -noiopad -noclkbuf -flatten -top top; tee -o stat.txt stat; " +
    "read_verilog -lib -specify -overwrite +/xilinx/cells_sim.v; tee -o sta.txt sta";
  try {
    execFileSync("yosys", ["-q", "-p", script], {
      cwd: folder,
      stdio: "ignore",
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    return report(
      readFileSync(join(folder, "sta.txt"), "utf8"),
      readFileSync(join(folder, "stat.txt"), "utf8"),
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ETIMEDOUT") return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function between(name: string, widths: readonly number[], resultBits: number): string {
  const each = (text: (width: number, index: number) => string, separator: string): string =>
    widths.map(text).join(separator);
  return `module top(input clk, ${each((w, i) => `input [${String(w - 1)}:0] i${String(i)}`, ", ")}, output reg [${String(resultBits - 1)}:0] q);
  ${each((w, i) => `(* keep *) reg [${String(w - 1)}:0] r${String(i)};`, " ")}
  wire [${String(resultBits - 1)}:0] y;
  always @(posedge clk) begin q <= y; ${each((_, i) => `r${String(i)} <= i${String(i)};`, " ")} end
  ${name} unit(.clk(clk), ${each((_, i) => `.a${String(i)}(r${String(i)})`, ", ")}, .y(y));
endmodule
`;
}

function report(sta: string, stat: string): RegisterTiming {
  const count = (cells: RegExp): number =>
    [...stat.matchAll(cells)].reduce((sum, match) => sum + Number(at(match, 1)), 0);
  const arrival = /Latest arrival time in '\w+' is (?<ps>\d+)/u.exec(sta)?.groups?.["ps"];
  return {
    arrivalPs: Number(present(arrival, "an arrival time")),
    lut: count(/\bLUT[1-6]\s+(\d+)/gu),
    ff: count(/\bFD\w+\s+(\d+)/gu),
    dsp: count(/\bDSP48E1\s+(\d+)/gu),
    carry: count(/\bCARRY4\s+(\d+)/gu),
  };
}
