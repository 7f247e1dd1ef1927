import {
  compileAccelerator,
  type Device,
  deviceMemory,
  type EstimatedStep,
  estimateStep,
  intervalSentence,
  kernelIntervals,
  planArea,
  weightBeats,
} from "../../../backend-hls/index.ts";
import { at, CompilerBug } from "../../../ir/index.ts";
import type { Exploration } from "../../search/explore.ts";
import { type QueueDetail, queuesOf } from "./queue-detail.ts";

/** What the page shows of the chosen design beside its figures. */
export interface DesignDetail {
  readonly kernels: readonly {
    readonly name: string;
    readonly ii: number;
    readonly depth: number;
    /** What holds its interval. */
    readonly why: string;
    /** Part of the decode step's cycles in which it works. */
    readonly busy: number;
    readonly waits: string;
    readonly lut: number;
    readonly ff: number;
    readonly dsp: number;
    readonly bram18: number;
  }[];
  readonly queues: readonly QueueDetail[];
  /** Layers of the model whose decode step was replayed: all, or one where they are many. */
  readonly layers: number;
  readonly cycles: number;
  readonly phases: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  readonly path: readonly {
    readonly phase: string;
    readonly part: string;
    readonly cause: string;
    readonly cycles: number;
  }[];
  /** Loops of every kernel, outermost first. */
  readonly loops: readonly {
    readonly kernel: string;
    readonly dim: string;
    readonly trip: number;
    readonly order: number;
  }[];
}

/** Beats above which one layer is replayed. */
const MOST_BEATS = 150_000;

/** Plans the chosen design again and replays a decode step of it. */
export function designDetail({ request, points, chosen }: Exploration): DesignDetail {
  const { design } = at(points, chosen);
  const { model } = at(request.variants, design.variant);
  const { device, schedule, workload } = request;
  const whole = compile({ model, shape: design.shape, device, clockMhz: design.clockMhz, schedule });
  const beats = weightBeats(whole.plan);
  const isLarge = beats.layers + beats.head > MOST_BEATS;
  const small = {
    ...model,
    layers: 1,
    windows: model.windows.slice(0, 1),
    vocab: Math.min(model.vocab, 512),
  };
  const replayed = isLarge
    ? compile({ model: small, shape: design.shape, device, clockMhz: design.clockMhz, schedule })
    : whole;
  const position = Math.min(model.maxContext - 1, workload.prompt + Math.floor(workload.output / 2));
  const step = replay(replayed, device, design.clockMhz, position);
  const { kernels: areas } = planArea(whole);
  const activity = new Map(step.kernels.map((kernel) => [kernel.name, kernel]));
  return {
    kernels: kernelIntervals(whole.network).map((kernel) => {
      const { name, ii, depth } = kernel;
      const did = activity.get(name);
      const cells = areas.get(name) ?? { lut: 0, ff: 0, dsp: 0, bram18: 0 };
      const waits = [...(did?.waits ?? [])].toSorted((a, b) => b.cycles - a.cycles).slice(0, 1);
      return {
        name,
        ii,
        depth,
        why: intervalSentence(kernel.bound),
        busy: (did?.busyCycles ?? 0) / step.cycles,
        waits: waits.map(({ queue }) => queue).join(),
        ...cells,
      };
    }),
    queues: queuesOf(whole.network),
    layers: isLarge ? 1 : model.layers,
    cycles: step.cycles,
    phases: phasesOf(step),
    path: (step.breakdown?.path ?? []).map(({ phase, part, cause, cycles }) => ({
      phase,
      part,
      cause,
      cycles,
    })),
    loops: whole.network.kernels.flatMap(({ name, scheduled: { graph } }) =>
      graph.loops.map(({ name: dim, trip }, order) => ({
        kernel: name,
        dim,
        trip: trip.kind === "constant" ? trip.count : trip.max,
        order,
      })),
    ),
  };
}

function compile(request: Parameters<typeof compileAccelerator>[0]) {
  const compiled = compileAccelerator(request);
  if (compiled.kind === "error") throw new CompilerBug("a planned design cannot be planned again");
  return compiled.value;
}

function replay(
  compiled: ReturnType<typeof compile>,
  device: Device,
  clockMhz: number,
  position: number,
): EstimatedStep {
  const { plan, layout } = compiled;
  const banks = (device.dram?.banks ?? 0) * (device.dram?.row_bytes ?? 0);
  const depthBeats = 2 ** Math.ceil(Math.log2(Math.max(layout.bytes, banks) / plan.beatBytes));
  const size = { depthBeats, addressBits: 32, clockMhz, dataBits: 8 * plan.beatBytes };
  const count = Math.floor(position / plan.model.blockSize) + 1;
  const blocks = Array.from({ length: count }, (_, block) => Math.min(1 + block, layout.kvBlocks - 1));
  const row = { token: 0, position, blocks, sequence: 0, emit: "argmax" } as const;
  return estimateStep(compiled, [row], { memory: deviceMemory(device, size), breakdown: true });
}

function phasesOf({ breakdown }: EstimatedStep): DesignDetail["phases"] {
  let start = 0;
  return (breakdown?.phases ?? []).map(({ name, cycles }) => {
    const phase = { name, start, end: start + cycles };
    start += cycles;
    return phase;
  });
}
