import { expect, test } from "vitest";
import { AXI_RULES } from "../../backend-hls/index.ts";
import { at } from "../../ir/index.ts";
import { buildSimulator, type EngineName, findTool } from "../../sim/index.ts";
import { type FaultCase, faultCases } from "./faults/cases.ts";
import { FaultyMachine, LIMITS } from "./faults/faulty-machine.ts";
import { type TinyAccelerator, tinyAccelerator, unwrap } from "./faults/tiny-accelerator.ts";

const tiny = tinyAccelerator();
const engines: readonly (readonly [EngineName, string])[] = [
  ["embedded", "sh"],
  ["verilator", "verilator"],
];

async function openMachine(engine: EngineName): Promise<FaultyMachine> {
  const built = unwrap(await buildSimulator("faults", tiny.top.modules, { engine, speed: "build" }));
  const machine = new FaultyMachine(tiny, built);
  await machine.open();
  return machine;
}

function withWords(image: Uint8Array, words: FaultCase["memory"] = []): Uint8Array {
  const changed = image.slice();
  const view = new DataView(changed.buffer);
  for (const [address, value] of words) view.setInt32(address, value, true);
  return changed;
}

/** Addresses of bytes that a step may change: the outputs, and the KV records of its rows. */
function mayChange({ compiled, before, behind }: TinyAccelerator): (address: number) => boolean {
  const { outputs } = compiled.layout.regions;
  const beat = compiled.plan.beatBytes;
  const changed = new Set<number>();
  before.forEach((byte, address) => {
    if (byte !== behind[address]) changed.add(Math.floor(address / beat));
  });
  return (address) =>
    changed.has(Math.floor(address / beat)) ||
    (address >= outputs.base && address < outputs.base + outputs.bytes);
}

/** What is wrong with the broken step itself: its code, its end, or what it left in memory. */
async function breakStep(machine: FaultyMachine, fault: FaultCase): Promise<readonly string[]> {
  const image = withWords(tiny.before, fault.memory);
  await machine.load(image);
  for (const [register, value] of Object.entries(fault.setup ?? {})) await machine.write(register, value);
  machine.arm(fault.fault);
  const ending = await machine.step(fault.command);
  const { code, where, stuck = false } = fault;
  const problems: string[] = [];
  const wanted = { code, where, stuck, idle: true, interrupted: true };
  const { cycles, ...found } = ending;
  if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(wanted)))
    problems.push(`${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  if (cycles > 3000 + LIMITS.watchdog + LIMITS.drain) problems.push(`${String(cycles)} cycles`);
  if (fault.fault !== undefined && (await machine.peek("fault_struck")) !== 1n)
    problems.push("no fault struck");
  const allowed = mayChange(tiny);
  const stray = (await machine.memory()).findIndex(
    (byte, address) => byte !== image[address] && !allowed(address),
  );
  if (stray >= 0) problems.push(`wrote to ${String(stray)}`);
  return problems;
}

function sorted(record: object): unknown {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Behind a stuck step: refusals while memory is silent, recovery by itself once it answers. */
async function unstick(machine: FaultyMachine): Promise<readonly string[]> {
  const refused = await machine.step();
  const problems =
    refused.code === "memory_stuck" && refused.idle ? [] : [`start while stuck: ${refused.code}`];
  machine.arm(undefined);
  await machine.run(400);
  const status = await machine.read("port_status");
  return status === 0 ? problems : [...problems, `port_status ${status.toString(16)} behind recovery`];
}

/** The next step has to give what the level-3 interpreter gives, in all of memory. */
async function goodStep(machine: FaultyMachine): Promise<readonly string[]> {
  await machine.load(tiny.before);
  const { code, idle } = await machine.step();
  if (code !== "none" || !idle) return [`the next step ends with ${code}`];
  const memory = await machine.memory();
  const first = tiny.behind.findIndex((byte, address) => byte !== memory[address]);
  return first < 0 ? [] : [`the next step is wrong at ${String(first)}`];
}

async function check(machine: FaultyMachine, fault: FaultCase): Promise<readonly string[]> {
  const problems = [...(await breakStep(machine, fault))];
  if (fault.stuck === true) problems.push(...(await unstick(machine)));
  machine.arm(undefined);
  if (fault.setup !== undefined) await machine.setUp();
  problems.push(...(await goodStep(machine)));
  const rule = Number(await machine.peek("axi_violation"));
  if (rule !== 0) problems.push(`broken on the port: ${at(AXI_RULES, rule - 1)}`);
  return problems.map((problem) => `${fault.name}: ${problem}`);
}

test.for(engines)(
  "%s: every fault gives its code, idle, and a next step that is right",
  { timeout: 600_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const machine = await openMachine(engine);
    const problems: string[] = [];
    const cases = faultCases(tiny);
    for (const fault of cases) problems.push(...(await check(machine, fault)));
    expect(cases.length).toBeGreaterThan(180);
    await machine.close();
    expect(problems).toEqual([]);
  },
);
