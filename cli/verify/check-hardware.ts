import {
  acceleratorSetup,
  ERROR_CODES,
  encodeStep,
  FAULT_STREAMS,
  manifestRegisters,
  networkModule,
  productTop,
  START_FIELDS,
  type SystemHardware,
  simulationTop,
  systemModule,
} from "../../backend-hls/index.ts";
import {
  at,
  builtSpan,
  fail,
  ok,
  packElement,
  type Result,
  ScheduleInterpreter,
  type StreamType,
} from "../../ir/index.ts";
import {
  type AcceleratorProgram,
  type Device,
  firstRows,
  openSimulatedAccelerator,
  slotOf,
} from "../../runtime-host/index.ts";
import { buildEmbedded, firstDivergence, type StreamExpectation, StreamObserver } from "../../sim/index.ts";
import { describeError } from "../rtl/program.ts";
import { levelsDiffer } from "./diagnostics.ts";
import { firstImage, rowsOf, type Subject } from "./subject.ts";

const TOP = "verified";
const STORE = "memory.store";

/** Cycles of a step after which the hardware is taken to hang. */
const MOST_CYCLES = 50_000_000;

/**
 * Level 4 against level 5: the kernels in the dataflow interpreter, their hardware in the embedded simulator. Every element
 * of every queue is compared as it enters the queue, and all of memory behind each step.
 */
export async function checkHardware(
  subject: Subject,
  image: Uint8Array = firstImage(subject),
): Promise<Result<number>> {
  const { network } = subject;
  const streams = [...network.streams.values()].filter(({ value }) => value.producer !== undefined);
  const reference = ScheduleInterpreter.create(network.schedule, {
    memories: [image],
    record: streams.map(({ name }) => name),
  });
  if (reference.kind === "error") return reference;
  const opened = await openHardware(subject, image.slice());
  if (opened.kind === "error") return opened;
  const { device, observer } = opened.value;
  try {
    for (const [step, row] of rowsOf(subject).entries()) {
      reference.value.push(0, encodeStep(subject.plan, subject.layout, [row], image));
      const state = reference.value.finish();
      if (state.kind === "error") return state;
      reference.value.popAll(1);
      observer.expect(
        streams.map(({ name, value }): StreamExpectation => {
          const { element } = value.type as StreamType; // only streams are planned as streams
          return { name, elements: reference.value.history(name).map((each) => packElement(element, each)) };
        }),
      );
      const { token, position, blocks, sequence, emit } = row;
      const ran = await device.step([
        {
          token,
          position,
          blockTable: blocks,
          sequence,
          emit,
          visible: firstRows(1),
          kvSlot: slotOf(blocks, position, subject.plan.model.blockSize),
        },
      ]);
      const problem = await divergence(observer, image, step);
      if (problem !== undefined) return problem;
      if (ran.kind === "error") return ran;
    }
    return ok(observer.compared);
  } finally {
    await device.close();
  }
}

interface Hardware {
  readonly device: Device;
  readonly observer: StreamObserver;
}

/** The hardware of the plan with its queues' inputs led out, in front of an ideal memory. */
async function openHardware(subject: Subject, image: Uint8Array): Promise<Result<Hardware>> {
  const { network, plan, layout } = subject;
  const core = networkModule("core", network, { taps: true });
  const parts = { name: "accelerator", plan: network, network: core };
  const system = systemModule({
    ...parts,
    startFields: [...START_FIELDS],
    array: "matmul",
    faults: FAULT_STREAMS,
  });
  const depthBeats = 2 ** Math.ceil(Math.log2(layout.bytes / plan.beatBytes));
  const sizes = { dataBits: 8 * plan.beatBytes, addressBits: 32, depthBeats, queueDepth: 8 };
  const product = { top: productTop("product", system.top, { observed: true }), modules: system.modules };
  const top = simulationTop(TOP, product, { kind: "ideal", readLatency: 10, ...sizes });
  const built = buildEmbedded(TOP, top.modules);
  if (built.kind === "error") return built;
  const streams = [...network.streams.values()].filter(({ value }) => value.producer !== undefined);
  const observer = new StreamObserver(
    built.value,
    streams.map(({ name, width }) => ({ name, hasData: width > 0 })),
  );
  const options = { memoryPath: STORE, mostCycles: MOST_CYCLES };
  const device = await openSimulatedAccelerator(observer, programOf(subject, system, image), options);
  return device.kind === "error" ? device : ok({ device: device.value, observer });
}

/** What drives the hardware; `image` is its memory before the first step. */
function programOf(
  { plan, layout, network }: Subject,
  { registers }: SystemHardware,
  image: Uint8Array,
): AcceleratorProgram {
  const { tables, descriptors } = layout.regions;
  const { model, rows } = plan;
  const { blockSize, maxContext, vocab } = model;
  return {
    capabilities: {
      rows,
      sequences: 1,
      blockSize,
      blocks: 1 + Math.ceil(maxContext / blockSize),
      maxContext,
      vocab,
      emits: ["argmax"],
      candidates: 0,
      hasTrees: false,
    },
    registers: Object.fromEntries(manifestRegisters(registers).map(({ name, offset }) => [name, offset])),
    describeError: (code, where) => describeError({ error_codes: ERROR_CODES, engines: [] }, code, where),
    memory: [{ address: 0, bytes: image }],
    setup: acceleratorSetup(network, layout).map(({ register, offset }) => ({ register, value: offset })),
    outputs: () => [],
    encode: (given) => {
      const steps = given.map(({ blockTable: blocks, token, position, sequence }) => ({
        blocks,
        token,
        position,
        sequence,
        emit: "argmax" as const,
      }));
      const command = encodeStep(plan, layout, steps, image);
      return {
        memory: [descriptors, tables].map(({ base, bytes }) => ({
          address: base,
          bytes: image.slice(base, base + bytes),
        })),
        command: START_FIELDS.map((register, index) => ({ register, value: Number(at(command, index)) })),
        transferred: { weights: 0, kvRead: 0, kvWrite: 0, other: 0 },
      };
    },
    decode: () => [],
  };
}

/** What is different behind a step: the first element of a stream, else the first byte of memory. */
async function divergence(
  observer: StreamObserver,
  image: Uint8Array,
  step: number,
): Promise<Result<never> | undefined> {
  const differ = (where: string, found: string, wanted: string): Result<never> =>
    fail(levelsDiffer(builtSpan("hw.module"), { lowering: "hardware", where, found, wanted }));
  const first = firstDivergence(observer);
  if (first !== undefined) {
    const { stream, element, cycle, found, wanted } = first;
    return differ(
      `element ${element} of stream ${stream} (step ${step}, cycle ${cycle})`,
      hex(found),
      hex(wanted),
    );
  }
  const memory = await observer.readMemory(STORE, 0, image.length);
  const address = memory.findIndex((byte, index) => byte !== image[index]);
  if (address < 0) return undefined;
  return differ(
    `the byte at 0x${address.toString(16)} behind step ${step}`,
    String(memory[address]),
    String(image[address]),
  );
}

function hex(value: bigint | undefined): string {
  return value === undefined ? "missing" : `0x${value.toString(16)}`;
}
