import { join } from "node:path";
import { expect, test } from "vitest";
import { deviceMemory, PRODUCT_TOP, simulationTop } from "../../backend-hls/index.ts";
import { HwModuleOp, present, type Result, renderDiagnostic } from "../../ir/index.ts";
import { type Device, openSimulatedAccelerator } from "../../runtime-host/index.ts";
import { buildSimulator, type EngineName, findTool } from "../../sim/index.ts";
import { readBuildFolder } from "../build-folder/read-build-folder.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo } from "../testing/run-in-process.ts";
import { readBuildParts } from "./build-parts.ts";
import { acceleratorProgram } from "./program.ts";

const sizes = { hidden: 16, ffn: 20, layers: 1, heads: 2, kvHeads: 1, vocab: 24, context: 16 };

/** What two steps of a tiny model's build gave on one engine: tokens and cycles. */
interface Observed {
  readonly tokens: readonly unknown[];
  readonly cycles: readonly (number | undefined)[];
}

async function compileTiny(): Promise<string> {
  const folder = join(temporaryFolder(), "build");
  const { code } = await hidalgo("compile", randomModel(sizes, 7), "--device", "ref64", "-o", folder);
  expect(code).toBe(0);
  return folder;
}

/** The value of a result that must be one. */
function valueOrThrow<T>(result: Result<T>): T {
  if (result.kind === "ok") return result.value;
  throw new Error(result.diagnostics.map(renderDiagnostic).join("\n"));
}

async function openDevice(folder: string, engine: EngineName, seed: number | undefined): Promise<Device> {
  const build = valueOrThrow(readBuildFolder(folder));
  const parts = valueOrThrow(readBuildParts(build));
  const { deviceFile, hardware, layout, plan } = parts;
  const depthBeats = 2 ** Math.ceil(Math.log2(Math.max(layout.bytes, 1 << 18) / plan.beatBytes));
  const top = present(
    hardware.find((op) => HwModuleOp.match(op)?.attrs.sym_name === PRODUCT_TOP),
    "the product",
  );
  const memory = deviceMemory(deviceFile, { depthBeats, addressBits: 32, dataBits: 8 * plan.beatBytes });
  const { modules } = simulationTop("sign_off", { top, modules: hardware }, memory);
  const options = { engine, speed: "build" as const, ...(seed === undefined ? {} : { seed }) };
  const simulator = valueOrThrow(await buildSimulator("sign_off", modules, options));
  const program = acceleratorProgram(build.manifest, parts);
  return valueOrThrow(await openSimulatedAccelerator(simulator, program, { memoryPath: "memory.store" }));
}

async function observe(folder: string, engine: EngineName, seed?: number): Promise<Observed> {
  const device = await openDevice(folder, engine, seed);
  const observed: { tokens: unknown[]; cycles: (number | undefined)[] } = { tokens: [], cycles: [] };
  for (const position of [0, 1]) {
    const row = {
      token: 3 + position,
      position,
      kvSlot: 16 + position,
      sequence: 0,
      blockTable: [1],
      visible: 1n,
    };
    const { emissions, counters } = valueOrThrow(await device.step([{ ...row, emit: "argmax" }]));
    observed.tokens.push(emissions);
    observed.cycles.push(counters?.cycles);
  }
  await device.close();
  return observed;
}

const icarus = findTool("iverilog") !== undefined;
const verilator = findTool("verilator") !== undefined;

test.skipIf(!icarus)(
  "the embedded simulator and Icarus agree cycle for cycle, and nothing is X",
  async () => {
    const folder = await compileTiny();
    const embedded = await observe(folder, "embedded");
    expect(embedded.cycles.every((cycles) => (cycles ?? 0) > 1000)).toBe(true);
    expect(await observe(folder, "icarus")).toEqual(embedded);
  },
  300_000,
);

test.skipIf(!verilator)(
  "Verilator agrees cycle for cycle, whatever its registers start with",
  async () => {
    const folder = await compileTiny();
    const embedded = await observe(folder, "embedded");
    expect(await observe(folder, "verilator")).toEqual(embedded);
    for (const seed of [1, 2, 3, 4, 5]) expect(await observe(folder, "verilator", seed)).toEqual(embedded);
  },
  600_000,
);
