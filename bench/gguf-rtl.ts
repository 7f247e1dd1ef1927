/**
 * fable written as GGUF files of four element types: read, compiled and run in the embedded simulator; every token is the integer
 * reference's. With what the reader says of the file, and how far the read weights are from fable's. Ends with 1 where a token differs.
 *
 *     node bench/gguf-rtl.ts > bench/results/gguf-rtl.txt
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDevice } from "../backend-hls/index.ts";
import { compileDesign, quantizeLoaded, tellStorage } from "../cli/index.ts";
import {
  type Checkpoint,
  describeGgufTokenizer,
  loadModel,
  type PrecisionOptions,
  parsePrecision,
  writeGgufCheckpoint,
} from "../frontend/index.ts";
import { generate } from "../runtime-host/index.ts";
import { deviceFor, takeValue, withHardware } from "./rows/play-configuration.ts";

const folder = join(import.meta.dirname, "../models/fable");
const fable = takeValue(loadModel(folder)).checkpoint;
const metadata = describeGgufTokenizer(join(folder, "tokenizer.json"), "gpt-2");
const file = takeValue(loadDevice("ref64"));
const request = { maxTokens: 4, stopIds: [] } as const;

/** Integers of the same width where the file has such, else bytes. */
const cases: readonly (readonly ["F32" | "F16" | "Q8_0" | "Q4_0", string, PrecisionOptions])[] = [
  ["F32", "w8a8", {}],
  ["F16", "w8a8", {}],
  ["Q8_0", "w8a8", {}],
  ["Q4_0", "w4a8", { rounding: "nearest" }],
];

for (const [type, name, options] of cases) {
  const place = mkdtempSync(join(tmpdir(), "hidalgo-gguf-"));
  try {
    const path = join(place, `fable-${type}.gguf`);
    const bytes = writeGgufCheckpoint(fable, { type, metadata });
    writeFileSync(path, bytes);
    const model = takeValue(loadModel(path));
    const precision = takeValue(parsePrecision(name, options));
    const quantized = takeValue(quantizeLoaded(model, { precision }));
    const array = { pn: 8, pk: precision.weights.kind === "int4" ? 16 : 8, pt: 2, rows: 4 };
    const device = deviceFor(file, { ...array, pk: 8 });
    const sizes = { blockSize: 4, maxContext: 16, sequences: 1 };
    const { checkpoint, tokenizer } = model;
    const design = takeValue(compileDesign({ checkpoint, quantized, device, array, ...sizes }));
    const text = tokenizer.kind === "present" ? tokenizer.tokenizer : undefined;
    const promptIds = text === undefined ? [0] : takeValue(text.encode("Once upon a"));
    const run = { ...request, promptIds };
    const found = await withHardware(design, { simulator: "embedded", backPressure: 1 }, async (hardware) =>
      takeValue(await generate(hardware, run)),
    );
    const wanted = takeValue(await generate(design.openReference(), run));
    const isSame = found.tokenIds.join(" ") === wanted.tokenIds.join(" ");
    if (!isSame) process.exitCode = 1;
    const cycles = found.steps.reduce((sum, { counters }) => sum + (counters?.cycles ?? 0), 0);
    const story = text?.decode([...promptIds, ...found.tokenIds]) ?? "";
    process.stdout.write(
      `${type}, ${String(bytes.length)} bytes, as ${name}: weights ${errorText(checkpoint)} from fable's; ${String(found.tokenIds.length)} tokens in ${String(cycles)} cycles: ${isSame ? "same" : "DIFFERENT"}, ${JSON.stringify(story)}\n`,
    );
    for (const line of tellStorage(model, name)) process.stdout.write(`  ${line}\n`);
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** Root mean square of what differs in the first layer's FFN, relative to it. */
function errorText({ layers }: Checkpoint): string {
  const [read, original] = [layers[0]?.wUp ?? [], fable.layers[0]?.wUp ?? []];
  let [noise, signal] = [0, 0];
  for (const [i, value] of original.entries()) {
    noise += (value - (read[i] ?? 0)) ** 2;
    signal += value ** 2;
  }
  return `${(100 * Math.sqrt(noise / signal)).toFixed(3)} %`;
}
