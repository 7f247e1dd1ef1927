/**
 * What the bundled MLIR costs: the first use, in fresh processes, and its speed on a module of 1 MB.
 *
 *     node bench/mlir-wasm.ts > bench/results/mlir-wasm.txt
 *
 * On a busy machine start it with `chrt -r 10`, as for the committed figures: a median of waiting says nothing.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { loadMlir } from "../ir/index.ts";

const PROCESSES = 15;

const timings = z.object({
  load: z.number(),
  first: z.number(),
  total: z.number(),
  processor: z.number(),
  again: z.number(),
});
const buildInfo = z.looseObject({
  wasm: z.looseObject({ bytes: z.number() }),
  artifact: z.looseObject({ bytes: z.number() }),
  exportedFunctions: z.number(),
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function firstUse(): z.infer<typeof timings> {
  const program = join(import.meta.dirname, "mlir-wasm-first-use.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return timings.parse(JSON.parse(stdout));
}

/** Loop nests, one function after the other, until the text has so many bytes. */
function module(bytes: number): string {
  let text = "";
  for (let index = 1; text.length < bytes; index += 1) {
    text += `func.func @f${index}(%a: memref<16x${index}xf32>) {
  %c = arith.constant ${index}.5 : f32
  affine.for %i = 0 to 16 {
    affine.for %j = 0 to ${index} {
      %x = affine.load %a[%i, %j] : memref<16x${index}xf32>
      %y = arith.mulf %x, %c : f32
      affine.store %y, %a[%i, %j] : memref<16x${index}xf32>
    }
  }
  return
}
`;
  }
  return text;
}

function milliseconds(body: () => void): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

const info = buildInfo.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "../ir/mlir-wasm/build-info.json"), "utf8")),
);
const uses = Array.from({ length: PROCESSES }, firstUse);
const of = (key: keyof z.infer<typeof timings>): string => median(uses.map((use) => use[key])).toFixed(1);

const mlir = await loadMlir();
const text = module(2 ** 20);
const speeds: Record<"parse" | "verify" | "print" | "passes", number[]> = {
  parse: [],
  verify: [],
  print: [],
  passes: [],
};
for (let round = 0; round < 7; round += 1) {
  const session = mlir.open();
  speeds.parse.push(
    milliseconds(() => {
      const parsed = session.parse(text);
      if (parsed.kind === "error") throw new Error("the module is valid");
      const document = parsed.value;
      speeds.verify.push(milliseconds(() => document.verify()));
      speeds.print.push(milliseconds(() => document.print()));
      speeds.passes.push(milliseconds(() => document.run("canonicalize,cse")));
    }),
  );
  session.dispose();
}
const later = (values: readonly number[]): string => median(values.slice(1)).toFixed(0);
const parse = speeds.parse.map((total, index) =>
  [speeds.verify, speeds.print, speeds.passes].reduce((rest, values) => rest - (values[index] ?? 0), total),
);

process.stdout.write(
  `${[
    `MLIR in WebAssembly: ${(info.wasm.bytes / 1e6).toFixed(2)} MB, packed ${(info.artifact.bytes / 1e6).toFixed(2)} MB, ${info.exportedFunctions} functions of the C API`,
    `${cpus().length} cores with a load average of ${(loadavg()[0] ?? 0).toFixed(1)} around the measurement`,
    `first use, median of ${PROCESSES} fresh processes: ${of("total")} ms by the clock, ${of("processor")} ms of processor time; fastest ${Math.min(...uses.map(({ total }) => total)).toFixed(1)} ms`,
    `  import, unpack, compile, by the clock: ${of("load")} ms`,
    `  instantiate, parse, verify, canonicalize, print, by the clock: ${of("first")} ms`,
    `the same module again: ${of("again")} ms`,
    `a module of 1 MB, median of 6 after the first: parse and verify ${later(parse)} ms, verify ${later(speeds.verify)} ms, print ${later(speeds.print)} ms, canonicalize and cse ${later(speeds.passes)} ms`,
  ].join("\n")}\n`,
);
