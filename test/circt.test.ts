import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compileGraph, loadDevice } from "../backend-hls/index.ts";
import { emitVerilog } from "../backend-verilog/index.ts";
import {
  HwModuleOp,
  importTensorProgram,
  loadMlir,
  type Operation,
  present,
  renderDiagnostic,
} from "../ir/index.ts";
import { emitWithCirct, findCirct, findTool } from "../sim/index.ts";

/** The hardware of examples/linalg-softmax.mlir, by both emitters. */
async function hardware(): Promise<readonly Operation[]> {
  const file = new URL("../examples/linalg-softmax.mlir", import.meta.url);
  const module = importTensorProgram(await loadMlir(), readFileSync(file, "utf8"), "linalg-softmax.mlir");
  const device = loadDevice("kv260");
  if (module.kind === "error" || device.kind === "error") throw new Error("no program");
  const compiled = compileGraph({
    module: module.value,
    functionName: "softmax",
    design: { beatBytes: 16, rowLanes: 1 },
    device: device.value,
    clockMhz: 300,
    schedule: "pipelined",
  });
  if (compiled.kind === "error") throw new Error(compiled.diagnostics.map(renderDiagnostic).join("\n"));
  return [...compiled.value.system.modules, compiled.value.top];
}

/** Our module beside CIRCT's: random operands every cycle, results compared in every cycle once the pipeline is full. */
function bench(name: string, operands: number): string {
  const inputs = Array.from({ length: operands }, (_, index) => `a${index}`);
  const wires = inputs.map((input) => `.${input}(${input})`).join(", ");
  return `module bench_${name};
  reg clk = 0; ${inputs.map((input) => `reg [31:0] ${input} = 0;`).join(" ")}
  wire [31:0] x, y; integer i, wrong = 0, live = 0;
  ${name} ours(.clk(clk), ${wires}, .y(x));
  circt_${name} theirs(.clk(clk), ${wires}, .y(y));
  initial begin
    for (i = 0; i < 2000; i = i + 1) begin
      ${inputs.map((input) => `${input} = $random;`).join(" ")}
      if (i % 2) begin ${inputs.map((input) => `${input}[30:23] = 120 + $urandom % 16;`).join(" ")} end
      #1 clk = 1; #1 clk = 0;
      if (i > 200) begin if (x !== y) wrong = wrong + 1; if (^x !== 1'bx && x != 0) live = live + 1; end
    end
    $display("${name} wrong %0d live %0d", wrong, live);
    $finish;
  end
endmodule
`;
}

const engine = findCirct();

test.skipIf(engine === undefined || findTool("iverilog") === undefined)(
  `CIRCT's Verilog of a whole design (${engine?.kind ?? "CIRCT absent"}): the same results as ours from its float units, tables included`,
  async () => {
    const modules = await hardware();
    const folder = mkdtempSync(join(tmpdir(), "hidalgo-circt-test-"));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const theirs = await emitWithCirct(present(engine, "CIRCT"), modules, "circt_");
    if (theirs.kind === "error") throw new Error(theirs.diagnostics.map(renderDiagnostic).join("\n"));
    for (const [name, text] of theirs.value.files) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "theirs.sv"), theirs.value.verilog);
    const ours = [...emitVerilog(modules)].filter(([name]) => name.endsWith(".v"));
    for (const [name, text] of ours) writeFileSync(join(folder, name), text);
    const names = modules.flatMap((op) => HwModuleOp.match(op)?.attrs.sym_name ?? []);
    for (const name of names) expect(theirs.value.verilog).toContain(`module circt_${name}(`);
    const units = names.filter((name) => /^(?:add|sub|div|exp|max)_f32_l\d+$/u.test(name));
    expect(units.length).toBeGreaterThanOrEqual(4);
    for (const unit of units) {
      writeFileSync(join(folder, "bench.v"), bench(unit, unit.startsWith("exp") ? 1 : 2));
      const sources = ["bench.v", "theirs.sv", ...ours.map(([name]) => name)];
      const built = spawnSync("iverilog", ["-g2012", "-s", `bench_${unit}`, "-o", "bench.vvp", ...sources], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(built.stderr.replaceAll(/.*(?:warning|sorry).*\n/gu, "")).toBe("");
      const { stdout } = spawnSync("vvp", ["bench.vvp"], { cwd: folder, encoding: "utf8" });
      expect(stdout).toMatch(new RegExp(`${unit} wrong 0 live [1-9]\\d\\d`, "u"));
    }
  },
  120_000,
);
