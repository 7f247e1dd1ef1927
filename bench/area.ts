/**
 * Area of the bundled model's accelerator by Yosys (7-series, hierarchical) beside the estimate; some minutes.
 *
 *     node bench/area.ts > bench/results/area.txt
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const root = join(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "hidalgo-area-"));
const build = join(scratch, "build");
const rtl = join(build, "rtl");

function start(program: string, args: readonly string[], cwd = root): void {
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${program}: ${stderr.slice(-2000)}`);
}

start(process.execPath, [
  join(root, "bin/hidalgo.js"),
  ...["compile", join(root, "models/fable"), "--device", "kv260", "-o", build],
]);
const statistics = join(scratch, "stat.json");
const script = [
  "read_verilog *.v",
  "synth_xilinx -family xc7 -top hidalgo -noiopad",
  "select -assert-none t:$dlatch t:LDCE t:LDPE",
  "select -clear",
  `tee -q -o ${statistics} stat -json`,
];
writeFileSync(join(scratch, "area.ys"), script.join("\n"));
start("yosys", ["-q", "-s", join(scratch, "area.ys")], rtl);

// Yosys 0.23 writes a comma too many into the list of modules; the whole design stands behind it.
const text = readFileSync(statistics, "utf8");
const whole = text.slice(text.lastIndexOf('"design"'));
const cells = [...whole.matchAll(/"(?<name>[A-Za-z0-9_]+)":\s*(?<count>\d+)/gu)].map(({ groups }) => ({
  name: groups?.["name"] ?? "",
  count: Number(groups?.["count"] ?? 0),
}));
const sum = (pattern: RegExp): number =>
  cells.filter(({ name }) => pattern.test(name)).reduce((total, { count }) => total + count, 0);

const estimates = z.looseObject({ dsp: z.number(), lut: z.number(), ff: z.number(), bram18: z.number() });
const { points, chosen } = z
  .looseObject({ chosen: z.number(), points: z.array(z.looseObject({ estimate: estimates })) })
  .parse(JSON.parse(readFileSync(join(build, "estimate.json"), "utf8")));
const estimate = points[chosen]?.estimate;
rmSync(scratch, { recursive: true });

process.stdout.write(
  `${[
    "fable on kv260's array, Yosys synth_xilinx -family xc7, hierarchical: no latches",
    `DSP48E1: ${sum(/^DSP48E1$/u)} (estimate ${estimate?.dsp ?? "none"})`,
    `RAMB18: ${sum(/^RAMB18E1$/u) + 2 * sum(/^RAMB36E1$/u)} (estimate ${estimate?.bram18 ?? "none"})`,
    `LUT: ${sum(/^LUT\d$/u)}, and as memory ${4 * sum(/^RAM32M$|^RAM64M$/u)}, as shift registers ${sum(/^SRL/u)} (estimate of all ${estimate?.lut ?? "none"})`,
    `FF: ${sum(/^FD[RSCP]E$/u)} (estimate ${estimate?.ff ?? "none"})`,
  ].join("\n")}\n`,
);
