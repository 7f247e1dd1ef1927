import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import {
  FAULT_INPUTS,
  FAULT_KINDS,
  type FaultKind,
  loadDevice,
  simulationTop,
} from "../../backend-hls/index.ts";
import { deviceFor, takeValue } from "../../bench/rows/play-configuration.ts";
import { plainConfig, randomCheckpoint } from "../../bench/rows/random-checkpoint.ts";
import { chooseMemory, compileDesign } from "../../cli/index.ts";
import { builtSpan, defineDiagnostic, ok } from "../../ir/index.ts";
import {
  createServer,
  type Device,
  Engine,
  EngineLoop,
  openSimulatedAccelerator,
  restartableDevice,
  ServerMetrics,
} from "../../runtime-host/index.ts";
import { buildSimulator, type HwSimulator, SimulationError } from "../../sim/index.ts";

const maxContext = 32;
const checkpoint = randomCheckpoint({ ...plainConfig, layers: 1, maxContext }, 5);
const array = { pn: 2, pk: 4, pt: 2, rows: 4, outputs: { candidates: 1, logits: false } };
const device = deviceFor(takeValue(loadDevice("ref64")), array);
const design = takeValue(
  compileDesign({ checkpoint, device, array, blockSize: 4, maxContext, sequences: 4 }),
);

const killed = defineDiagnostic("TEST0004", "error", () => ({ message: "the simulator was killed" }));

/** A simulation whose memory port can be made to fail, and which can be killed. */
class Machine {
  #simulator: HwSimulator | undefined;
  #isDead = false;
  opened = 0;

  async open(): Promise<Device> {
    this.opened += 1;
    this.#isDead = false;
    const { top, layout, plan } = design.compiled;
    const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz: device.clock_mhz };
    const { parameters } = takeValue(chooseMemory(undefined, device, sizes));
    const modules = [...design.compiled.system.modules, top];
    const simulated = simulationTop("faulty", { top, modules }, parameters, { faults: true });
    const simulator = takeValue(await buildSimulator("faulty", simulated.modules, { engine: "embedded" }));
    this.#simulator = simulator;
    this.arm("none");
    const mortal: HwSimulator = {
      poke: (name, value) => {
        simulator.poke(name, value);
      },
      peek: (name) => simulator.peek(name),
      run: (cycles, until) => {
        if (this.#isDead) throw new SimulationError(killed(builtSpan("simulation"), {}));
        return simulator.run(cycles, until);
      },
      writeMemory: (...args) => simulator.writeMemory(...args),
      readMemory: (...args) => simulator.readMemory(...args),
      close: () => simulator.close(),
    };
    const limits = { memoryPath: "memory.store", watchdogCycles: 3000 };
    return takeValue(await openSimulatedAccelerator(mortal, design.program(), limits));
  }

  /** From now on, or no more. */
  arm(kind: FaultKind): void {
    const values = [FAULT_KINDS.indexOf(kind), 0, 2 ** 32 - 1, 0, 0];
    FAULT_INPUTS.forEach(({ name }, index) => {
      this.#simulator?.poke(name, BigInt(values[index] ?? 0));
    });
  }

  kill(): void {
    this.#isDead = true;
  }
}

const codec = {
  encode: (text: string) => ok(Array.from(text, (_, i) => (i * 5 + text.length) % plainConfig.vocab)),
  encodeContinuation: (text: string) => ok(Array.from(text, (_, i) => i % plainConfig.vocab)),
  decode: (ids: readonly number[]) => ids.join(" "),
  stream: () => ({ push: (id: number) => `${String(id)} `, end: () => "" }),
};

async function start(machine: Machine) {
  const reopen = async () => ok(await machine.open());
  const engine = new Engine(restartableDevice(await machine.open(), reopen));
  const metrics = new ServerMetrics("tiny", engine);
  const loop = new EngineLoop(engine, () => {
    engine.check();
  });
  const app = createServer({
    model: { id: "tiny", codec, chatTemplate: undefined, maxContext, stopIds: [], created: 0 },
    loop,
    metrics,
    version: "test",
    limits: { bodyBytes: 4096, waiting: 64, apiKey: undefined },
    now: () => 0,
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo; // a TCP server has one
  const ask = async (prompt: string): Promise<readonly [number, unknown]> => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "tiny", prompt, max_tokens: 4, temperature: 0 }),
    });
    const { choices, error } = (await answer.json()) as {
      readonly choices?: unknown;
      readonly error?: { code: string };
    }; // as OpenAI has it
    return [answer.status, error?.code ?? choices];
  };
  return { engine, ask, close: () => app.close() };
}

test("memory errors, a watchdog and a killed simulator end the requests of that step; the next ones are answered", async () => {
  const machine = new Machine();
  const { engine, ask, close } = await start(machine);
  const prompts = ["a", "bb", "ccc"];
  const answers = await Promise.all(prompts.map(ask));
  expect(answers.map(([status]) => status)).toEqual([200, 200, 200]);
  for (const fault of [
    "read_slave_error",
    "write_slave_error",
    "no_rvalid",
    "no_bvalid",
    "killed",
  ] as const) {
    if (fault === "killed") machine.kill();
    else machine.arm(fault);
    const failed = await Promise.all(prompts.map(ask));
    // who took part in the step that failed gets an error, who came later an answer
    const code = fault === "killed" ? "TEST0004" : "HOST0010";
    const ends = failed.map((one, i) => (one[0] === 500 ? one[1] : isDeepStrictEqual(one, answers[i])));
    expect([fault, ends.includes(code), ends.every((end) => end === code || end === true)]).toEqual([
      fault,
      true,
      true,
    ]);
    expect(engine.load.freeBlocks).toBe(engine.load.blocks);
    machine.arm("none");
    // what memory still owes behind a standstill comes now: a step or two may be refused until then
    for (let tries = 0; fault.startsWith("no_") && tries < 3; tries++) if ((await ask("d"))[0] === 200) break;
    expect([fault, await Promise.all(prompts.map(ask))]).toEqual([fault, answers]);
  }
  expect(machine.opened).toBe(2);
  await close();
}, 480_000);
