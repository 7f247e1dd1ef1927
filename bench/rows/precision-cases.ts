import { type ArrayShape, type Device as DeviceFile, planArea } from "../../backend-hls/index.ts";
import { compileDesign, hardwarePrecision, quantizeLoaded } from "../../cli/index.ts";
import { type LoadedModel, type PrecisionOptions, parsePrecision } from "../../frontend/index.ts";
import { Choices } from "../fuzz/choices.ts";
import { deviceFor, takeValue, withHardware } from "./play-configuration.ts";
import { type Played, playMixed } from "./play-mixed.ts";

/** A trained model. */
export interface TrainedModel {
  readonly name: string;
  readonly loaded: LoadedModel;
}

/** A precision with its options, and the array that computes it. */
export interface PrecisionCase {
  readonly model: string;
  readonly name: string;
  /** The name with the options that are not its own defaults. */
  readonly label: string;
  readonly kv: 8 | 16;
  readonly options: PrecisionOptions;
  readonly array: ArrayShape;
}

const outputs = { candidates: 3, logits: true } as const;

/** Rows of a step are several, computed by two at once; a beat of weights is 512 bits of every format: few cycles to simulate. */
const arrays = {
  bf16: { pn: 8, pk: 4, pt: 2, rows: 4, outputs },
  int8: { pn: 8, pk: 8, pt: 2, rows: 4, outputs },
  int4: { pn: 8, pk: 16, pt: 2, rows: 4, outputs },
} as const satisfies Readonly<Record<string, ArrayShape>>;

const int8Names = ["w8a8", "smoothquant", "smoothquant-o1", "smoothquant-o3"] as const;
const int4Names = ["w4a8", "w4a8-g64", "w4a8-g128"] as const;

/** LLM.int8()'s thresholds: nobody's, one that no activation reaches, and the published 6 or the least that hardware can have. */
const thresholds: Readonly<Record<string, readonly (number | undefined)[]>> = {
  fable: [undefined, 22.5, 100],
  stories260K: [undefined, 6, 100],
};

/** Every precision that is hardware, with both caches. */
export function casesOf({ name: model }: TrainedModel): readonly PrecisionCase[] {
  const caseOf = (
    name: string,
    array: ArrayShape,
    options: PrecisionOptions = {},
    label = name,
  ): readonly PrecisionCase[] =>
    ([8, 16] as const).map((kv) => ({ model, name, label, kv, options: { ...options, kv }, array }));
  return [
    ...caseOf("w16a16", arrays.bf16),
    ...int8Names.flatMap((name) => caseOf(name, arrays.int8)),
    ...(thresholds[model] ?? [undefined]).flatMap((threshold) =>
      threshold === undefined
        ? caseOf("llm.int8", arrays.int8)
        : caseOf("llm.int8", arrays.int8, { threshold }, `llm.int8 --threshold ${String(threshold)}`),
    ),
    ...int4Names.flatMap((name) => caseOf(name, arrays.int4)),
  ];
}

/** A case in words. */
export function describeCase({ model, label, kv }: PrecisionCase): string {
  return `${model}, ${label}, kv ${String(kv)}`;
}

/** How a case is compared. */
export interface Comparing {
  readonly device: DeviceFile;
  readonly simulator: "embedded" | "verilator";
  /** Tokens of a sequence, at most (default: 5). */
  readonly length?: number;
  /** Seed of the memory's pauses (default: 5); none: it pauses only as the DRAM does. */
  readonly backPressure?: number | "none";
}

/** What came of it, and how large the hardware is. */
export interface ComparedPrecision {
  readonly played: Played;
  readonly area: string;
}

/** Plays sequences in any mixture of rows on the hardware of a case, whose memory pauses at random, and on the integer reference. */
export async function comparePrecision(
  { loaded }: TrainedModel,
  { name, options, array }: PrecisionCase,
  { device, simulator, length = 5, backPressure: pauses = 5 }: Comparing,
): Promise<ComparedPrecision> {
  const backPressure = pauses === "none" ? undefined : pauses;
  const precision = takeValue(parsePrecision(name, options));
  const quantized = takeValue(quantizeLoaded(loaded, { precision }));
  const sizes = { blockSize: 4, maxContext: 32, sequences: 4 }; // one of them lends its blocks to trees
  const { checkpoint } = loaded;
  const shape = { array, device: deviceFor(device, arrays.int8), ...sizes };
  const design = takeValue(compileDesign({ checkpoint, quantized, ...shape }));
  const played = await withHardware(design, { simulator, backPressure }, (hardware) =>
    playMixed(hardware, design.openReference(), { sequences: 3, length, choices: new Choices(3) }),
  );
  const { lut, dsp } = planArea(design.compiled).total;
  const columns = hardwarePrecision(quantized)?.outliers?.columns;
  const outliers =
    columns === undefined ? "" : `at most ${String(Math.max(...Object.values(columns)))} outlier columns, `;
  return { played, area: `${outliers}${String(lut)} LUT, ${String(dsp)} DSP` };
}
