/**
 * Depths of queues: the least ones with which steps of a model take no cycle more (`minimalDepths`), built once with the
 * simulation's input `queue_limits`, then every queue that is deeper than its least one element shallower by itself, in RTL
 * (embedded simulator, the device's DRAM): each costs at least a cycle or stands still.
 *
 *     node bench/queues.ts [rows] [layers] >> bench/results/queues.txt
 */
import { join } from "node:path";
import {
  type AcceleratorRequest,
  type CompiledAccelerator,
  chooseDesign,
  compileAccelerator,
  deviceMemory,
  floorOf,
  LIMIT_BITS,
  loadDevice,
  minimalDepths,
  type NetworkPlan,
  StepEstimator,
} from "../backend-hls/index.ts";
import { consecutiveRows, modelShapeOf } from "../cli/index.ts";
import { loadModel } from "../frontend/index.ts";
import { at, type MemoryParameters, type Result } from "../ir/index.ts";
import { RtlSteps } from "./estimate/rtl-steps.ts";

/** Rows and first position of a step. */
interface StepKind {
  readonly rows: number;
  readonly position: number;
}

const DEVICE = "kv260";
const [rows = 1, layers = 4] = process.argv.slice(2).map(Number);
const device = must(loadDevice(DEVICE));
const request = requestOf();
const steps: readonly StepKind[] = [
  { rows, position: 40 },
  { rows, position: 0 },
];

const roomy = must(compileAccelerator(request));
const memory = memoryOf(roomy);
const probe = await RtlSteps.open(roomy, memory, new Uint8Array(roomy.layout.bytes));
const { start } = await probe.step(consecutiveRows(roomy, { rows: 1, position: 0 }));
await probe.close();

const longest = Math.max(
  ...steps.map(
    (step) => new StepEstimator(roomy, { memory }).step(consecutiveRows(roomy, step), start).cycles,
  ),
);
const ground = { mostUsed: mostUsed(roomy), costs: costsOf };
const depths = minimalDepths(roomy.network, ground);
const slim = must(compileAccelerator({ ...request, depths, queueLimits: true }));
report();
await verify();

function requestOf(): AcceleratorRequest {
  const { checkpoint } = must(loadModel(join(import.meta.dirname, "..", "models", "fable")));
  const whole = modelShapeOf(checkpoint);
  const model = { ...whole, layers, windows: whole.windows.slice(0, layers) };
  const shape = must(chooseDesign(model, device, { rows }));
  return { model, shape, device, clockMhz: device.clock_mhz, schedule: "optimized" };
}

function memoryOf({ layout, plan }: CompiledAccelerator): MemoryParameters {
  const banks = (device.dram?.banks ?? 0) * (device.dram?.row_bytes ?? 0);
  const depthBeats = 2 ** Math.ceil(Math.log2(Math.max(layout.bytes, banks) / plan.beatBytes));
  const dataBits = 8 * plan.beatBytes;
  return deviceMemory(device, { depthBeats, addressBits: 32, clockMhz: device.clock_mhz, dataBits });
}

/** Each step by itself, behind a reset, as the hardware does it. */
function* costsOf(network: NetworkPlan): Generator<number | undefined, void, undefined> {
  for (const step of steps) {
    const estimator = new StepEstimator({ ...roomy, network }, { memory });
    yield estimator.stepOrStill(consecutiveRows(roomy, step), start, 2 * longest)?.cycles;
  }
}

function mostUsed(design: CompiledAccelerator): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const step of steps) {
    const estimator = new StepEstimator(design, { memory });
    estimator.step(consecutiveRows(design, step), start);
    for (const [name, used] of estimator.mostUsed) most.set(name, Math.max(used, most.get(name) ?? 0));
  }
  return most;
}

function report(): void {
  const bits = ({ network }: CompiledAccelerator): number =>
    [...network.streams.values()].reduce((sum, { width, depth }) => sum + width * depth, 0);
  print(
    `fable (${String(layers)} layers) on ${DEVICE}, ${String(rows)} rows a step; steps ${steps.map((step) => `${String(step.rows)} rows at ${String(step.position)}`).join(", ")}`,
  );
  print(
    `${String(slim.network.streams.size)} queues, ${String(bits(roomy))} bits at full pace whatever comes, ${String(bits(slim))} bits at the least depths; cycles ${String([...costsOf(roomy.network)])} and ${String([...costsOf(slim.network)])}`,
  );
}

async function verify(): Promise<void> {
  const queues = [...slim.network.streams.values()];
  const rtl = await RtlSteps.open(slim, memory, new Uint8Array(slim.layout.bytes));
  const limited = (name: string | undefined): bigint =>
    queues.reduce(
      (bits, queue, place) =>
        bits | (BigInt(queue.depth - (queue.name === name ? 1 : 0)) << BigInt(LIMIT_BITS * place)),
      0n,
    );
  const base = await costsInRtl(rtl, limited(undefined), 10_000_000);
  print(`RTL with the least depths: ${String(base)} cycles`);
  const most = 2 * longest;
  let free = 0;
  const deeper = queues.filter((queue) => queue.depth > floorOf(slim.network, queue));
  for (const { name, width, depth } of deeper) {
    const found = await costsInRtl(rtl, limited(name), most);
    const more = found.map((cycles, step) =>
      cycles === undefined ? "stands still" : cycles - (base[step] ?? 0),
    );
    if (more.every((cycles) => cycles === 0)) free += 1;
    print(
      `  ${name.padEnd(20)} ${String(width).padStart(4)} bits x ${String(depth - 1).padStart(3)}: ${more.map((cycles) => (typeof cycles === "number" ? `+${String(cycles)}` : cycles)).join(", ")}`,
    );
  }
  print(
    `${String(deeper.length)} queues deeper than their least, ${String(free)} of them could be shallower`,
  );
  await rtl.close();
  process.exitCode = free === 0 ? 0 : 1;
}

async function costsInRtl(
  rtl: RtlSteps,
  limits: bigint,
  most: number,
): Promise<readonly (number | undefined)[]> {
  const cycles: (number | undefined)[] = [];
  for (const step of steps) {
    await rtl.reset(limits);
    cycles.push(await rtl.cyclesOf(consecutiveRows(slim, step), most));
  }
  return cycles;
}

function must<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(at(result.diagnostics, 0).message);
  return result.value;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
