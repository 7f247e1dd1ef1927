import type { Diagnostic, Result } from "../../../ir/index.ts";
import type { BenchRow } from "../../schemas/bench.ts";
import { cyclesOf, type KernelCase, type KernelMeasure, type MeasuredRun } from "./measure-kernel.ts";
import { baselineOf, PUBLISHED_SOURCE, publishedOf } from "./published.ts";

/** The name of a row: `gemm medium strict ram`. */
export function rowName(each: KernelCase): string {
  return [each.kernel.name, each.size, each.rounding, interfaceOf(each)].join(" ");
}

/** Where the arrays of a row live. */
export function interfaceOf({ hardware }: Pick<KernelCase, "hardware">): string {
  return hardware.interface?.["*"] ?? "m_axi";
}

/** A line of the table; what could not be compiled or run says why. */
export function tableRow(each: KernelCase, measure: Result<KernelMeasure>): BenchRow {
  const { size, kernel } = each;
  const published = size === "medium" ? publishedOf(kernel.name) : {};
  const columns = Object.entries(published);
  const head = {
    name: rowName(each),
    published_cycles: Object.fromEntries(columns.map(([system, { cycles }]) => [system, cycles])),
    published_dsp: Object.fromEntries(
      columns.flatMap(([system, { dsp }]) => (dsp === undefined ? [] : [[system, dsp]])),
    ),
    ...(columns.length === 0 ? {} : { published: { claim: "cycles", source: PUBLISHED_SOURCE } }),
  };
  if (measure.kind === "error") return { ...head, cycles: null, failure: failureOf(measure.diagnostics) };
  const { value } = measure;
  const baseline = size === "medium" ? baselineOf(kernel.name) : undefined;
  const cycles = cyclesOf(value);
  return {
    ...head,
    cycles,
    estimated_cycles: value.estimatedCycles,
    ...(baseline === undefined ? {} : { baseline_cycles: baseline, ratio: baseline / cycles }),
    ratios: Object.fromEntries(columns.map(([system, theirs]) => [system, theirs.cycles / cycles])),
    operations: operationsOf(value),
    ...(value.run === undefined ? {} : builtColumns(value, value.run)),
    method: `${methodOf(value)}${baseline === undefined ? "" : "; baseline: Allo"}`,
    ...areaFields(value),
    clock_mhz: value.clockMhz,
  };
}

/** What is known of hardware that was built and run. */
function builtColumns(value: KernelMeasure, run: MeasuredRun): Partial<BenchRow> {
  return {
    units: unitsOf(value),
    vendor_dsp: vendorDsp(value),
    macs_per_cycle_per_unit: macRate(value),
    transfer_cycles: run.transfer_cycles,
    matches_reference: run.matches_reference,
    errors: run.errors,
  };
}

function methodOf({ run }: KernelMeasure): string {
  return run === undefined ? "estimate of the plan" : `${run.simulator}: cycles from start to done`;
}

/** Float units built, as the tables of other tools call them. */
export function unitsOf({ units }: KernelMeasure): Record<string, number> {
  const { add = 0, sub = 0, mul = 0, div = 0, sqrt = 0 } = units;
  return { fmul: mul, fadd: add + sub, fdiv: div, fsqrt: sqrt };
}

/** What Yosys counted, and the compiler's estimate beside it. */
function areaFields({ area }: KernelMeasure): Partial<BenchRow> {
  if (area === undefined) return {};
  const { synthesized, estimated } = area;
  const method = synthesized === undefined ? "estimate: Yosys did not end in time" : "Yosys";
  return { ...(synthesized ?? estimated), area_method: method, estimated_area: estimated };
}

/** Operations of the program under the names of the units. */
function operationsOf({ operations }: KernelMeasure): Record<string, number> {
  const count = (name: string): number => operations.get(name) ?? 0;
  return {
    fmul: count("arith.mulf"),
    fadd: count("arith.addf") + count("arith.subf"),
    fdiv: count("arith.divf"),
    fsqrt: count("math.sqrt"),
  };
}

/** DSPs that a vendor's cores for f32 take at full speed: 3 for a product, 2 for a sum. */
const VENDOR_DSP = { fmul: 3, fadd: 2 } as const;

function vendorDsp(measure: KernelMeasure): number {
  const { fmul = 0, fadd = 0 } = unitsOf(measure);
  return VENDOR_DSP.fmul * fmul + VENDOR_DSP.fadd * fadd;
}

/** Multiply-adds per cycle and pair of units built: 1 where every pair works in every cycle. */
export function macRate(measure: KernelMeasure): number {
  const [asked, built] = [operationsOf(measure), unitsOf(measure)];
  const macs = Math.min(asked["fmul"] ?? 0, asked["fadd"] ?? 0);
  const pairs = Math.max(built["fmul"] ?? 0, built["fadd"] ?? 0, 1);
  return macs / (cyclesOf(measure) * pairs);
}

function failureOf(diagnostics: readonly Diagnostic[]): string {
  const [first] = diagnostics;
  if (first === undefined) return "no reason given";
  const { code, message, where } = first;
  return `${code}: ${message} (line ${String(where.line)})`;
}
