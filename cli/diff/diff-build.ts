import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { FoundTokenizer } from "../../frontend/index.ts";
import { type Operation, ok, present, type Result } from "../../ir/index.ts";
import { type AcceleratorProgram, generate } from "../../runtime-host/index.ts";
import type { StreamDivergence } from "../../sim/index.ts";
import { type CompiledBuild, readBuildFolder } from "../build-folder/read-build-folder.ts";
import { resolvePrompt } from "../generation/resolve-prompt.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { openTokenizer } from "../jobs/simulate-build.ts";
import type { GenerationOptions, SimulationOptions } from "../options/generation-options.ts";
import { type BuildParts, readBuildParts } from "../rtl/build-parts.ts";
import { readLoops } from "../rtl/loops-file.ts";
import { acceleratorProgram } from "../rtl/program.ts";
import type { DiffResult, Divergence } from "../schemas/diff.ts";
import { describeStream, NOWHERE } from "./describe-divergence.ts";
import { firstStopped } from "./first-stopped.ts";
import { isParting, type Lockstep, type LockstepParts, openLockstep, type Parting } from "./lockstep.ts";
import { instancesAround, processOf, type StreamUsers, streamUsers } from "./neighbours.ts";
import { LevelReference } from "./reference.ts";
import { readImage, readStepFile, type StepVectors } from "./step-file.ts";
import { tapQueues } from "./tap-queues.ts";

/** Everything that `diff` can be told. */
export interface DiffOptions extends GenerationOptions, Pick<SimulationOptions, "memory"> {
  readonly engine: DiffResult["engine"];
  /** A file of steps, in place of a prompt. */
  readonly step?: string | undefined;
  /** A file that the hardware's memory begins with in place of the build's weights; the reference keeps those. */
  readonly image?: string | undefined;
  /** File of the waveform around the first divergence; default: `diff.vcd` in the build. */
  readonly wave?: string | undefined;
  /** Cycles before and behind the divergence that it shows. */
  readonly window: number;
}

/** A build, read, and what is run on it. */
interface Subject {
  readonly folder: string;
  readonly build: CompiledBuild;
  readonly vectors: StepVectors | undefined;
  readonly promptIds: readonly number[];
  readonly options: DiffOptions;
}

/** Runs a build's hardware beside the interpreter of its level 4 and tells the first difference. */
export async function diffBuild(
  folder: string,
  options: DiffOptions,
  watch: JobWatch = {},
): Promise<Result<DiffResult>> {
  const began = performance.now();
  const subject = readSubject(folder, options);
  if (subject.kind === "error") return subject;
  const loops = readLoops(subject.value.build.files);
  if (loops.kind === "error") return loops;
  const run = await runOnce(subject.value, loops.value, {}, watch);
  if (run.kind === "error") return run;
  const { parting, lockstep, path, parts } = run.value;
  const described =
    parting === undefined ? undefined : describe(parting, { ...run.value, schedule: loops.value });
  const waveform =
    described === undefined
      ? null
      : await showWaveform(subject.value, { schedule: loops.value, described, path, watch });
  return ok({
    schema: "hidalgo.diff/1",
    build: folder,
    model: modelOf(subject.value),
    engine: options.engine,
    memory_model: lockstep.memoryModel,
    equal: described === undefined,
    steps: lockstep.steps(),
    cycles: lockstep.observer.cycle,
    streams: parts.taps.length,
    elements_compared: lockstep.observer.compared,
    token_ids: [...run.value.tokens],
    divergence: described ?? null,
    followers: parting?.kind === "stream" ? followersOf(parting, loops.value) : [],
    waveform,
    wall_s: (performance.now() - began) / 1000,
  });
}

function modelOf({ build }: Subject): DiffResult["model"] {
  const { id, arch, sha256 } = build.manifest.model;
  return { id, arch, sha256 };
}

function readSubject(folder: string, options: DiffOptions): Result<Subject> {
  const build = readBuildFolder(folder);
  if (build.kind === "error") return build;
  const parts = readBuildParts(build.value);
  if (parts.kind === "error") return parts;
  if (options.step !== undefined) {
    const { capabilities } = acceleratorProgram(build.value.manifest, parts.value);
    const vectors = readStepFile(options.step, capabilities);
    if (vectors.kind === "error") return vectors;
    return ok({ folder, build: build.value, vectors: vectors.value, promptIds: [], options });
  }
  const tokenizer: Result<FoundTokenizer> = openTokenizer(folder, build.value);
  if (tokenizer.kind === "error") return tokenizer;
  const { bos_id: bos } = build.value.manifest.model;
  const promptIds = resolvePrompt(options, tokenizer.value, bos ?? undefined);
  if (promptIds.kind === "error") return promptIds;
  return ok({ folder, build: build.value, vectors: undefined, promptIds: promptIds.value, options });
}

/** What a run in lockstep gave. */
interface LockstepRun {
  readonly parting: Parting | undefined;
  readonly lockstep: Lockstep;
  readonly parts: LockstepParts;
  readonly path: readonly string[];
  readonly build: BuildParts;
  readonly tokens: readonly number[];
}

/** One run from reset on, to the first difference or the end. Every run parses the hardware anew, since taps change it. */
async function runOnce(
  { build, vectors, promptIds, options }: Subject,
  schedule: Operation,
  simulation: Partial<SimulationOptions>,
  watch: JobWatch,
): Promise<Result<LockstepRun>> {
  const read = readBuildParts(build);
  if (read.kind === "error") return read;
  const { hardware, plan, layout, deviceFile, weights } = read.value;
  const memory = new Uint8Array(layout.bytes);
  memory.set(vectors?.memory?.subarray(0, memory.length) ?? weights);
  const made = acceleratorProgram(build.manifest, read.value);
  const image = readImage(options.image, vectors?.memory, layout.bytes);
  if (image.kind === "error") return image;
  const program = withMemory(made, image.value);
  const reference = LevelReference.create(schedule, memory);
  if (reference.kind === "error") return reference;
  const { taps, path } = tapQueues(hardware, new Set(reference.value.streams.map(({ name }) => name)));
  const parts: LockstepParts = {
    hardware: {
      hardware,
      deviceFile,
      program,
      memoryBytes: layout.bytes,
      beatBytes: plan.beatBytes,
      clockMhz: build.manifest.design.clock.mhz,
    },
    taps,
    reference: reference.value,
    writtenFrom: weights.length,
  };
  const opened = await openLockstep(
    parts,
    { ...simulation, simulator: options.engine, memory: options.memory },
    watch,
  );
  if (opened.kind === "error") return opened;
  const lockstep = opened.value;
  try {
    const outcome = await lockstep.until(() =>
      drive(lockstep, { vectors, promptIds, options, eos: build.manifest.model.eos_ids }, watch),
    );
    if (isParting(outcome))
      return ok({ parting: outcome, lockstep, parts, path, build: read.value, tokens: [] });
    if (outcome.kind === "error") return outcome;
    return ok({ parting: undefined, lockstep, parts, path, build: read.value, tokens: outcome.value });
  } finally {
    await lockstep.device.close();
  }
}

/** A program whose memory begins with `image`, where there is one. */
function withMemory(program: AcceleratorProgram, image: Uint8Array | undefined): AcceleratorProgram {
  return image === undefined ? program : { ...program, memory: [{ address: 0, bytes: image.slice() }] };
}

/** What is run on the device. */
interface Workload {
  readonly vectors: StepVectors | undefined;
  readonly promptIds: readonly number[];
  readonly options: DiffOptions;
  readonly eos: readonly number[];
}

async function drive(
  { device }: Lockstep,
  { vectors, promptIds, options, eos }: Workload,
  { onProgress, signal }: JobWatch,
): Promise<Result<readonly number[]>> {
  if (vectors === undefined) {
    const request = { promptIds, maxTokens: options.maxTokens, stopIds: options.ignoreEos ? [] : eos };
    let steps = 0;
    const generation = await generate(device, request, {
      onStep: () => {
        onProgress?.(`step ${String(steps++)}: the same`);
      },
      ...(signal === undefined ? {} : { signal }),
    });
    return generation.kind === "error" ? generation : ok(generation.value.tokenIds);
  }
  const tokens: number[] = [];
  for (const rows of vectors.steps) {
    signal?.throwIfAborted();
    const result = await device.step(rows);
    if (result.kind === "error") return result;
    tokens.push(...result.value.emissions.map(({ token }) => token));
  }
  return ok(tokens);
}

function describe(parting: Parting, run: LockstepRun & { readonly schedule: Operation }): Divergence {
  const { lockstep, parts, build, schedule } = run;
  const step = lockstep.steps();
  switch (parting.kind) {
    case "stream": {
      const users = streamUsers(schedule);
      const first = firstOf(parting.streams, users, run);
      const type = present(
        parts.reference.streams.find(({ name }) => name === first.stream),
        "a stream",
      ).element;
      const origin = parts.reference.provenance(first.stream, first.element);
      return describeStream(first, type, origin, { schedule, step, parallelRows: build.plan.pt });
    }
    case "memory": {
      const { address } = parting;
      const region = Object.entries(build.layout.regions).find(
        ([, { base, bytes }]) => address >= base && address < base + bytes,
      );
      const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, "0")}`;
      return {
        ...NOWHERE,
        kind: "memory",
        step,
        address,
        region: region?.[0] ?? null,
        expected: hex(parting.wanted),
        actual: hex(parting.found),
        message: `every queue is the same, the byte at 0x${address.toString(16)} (${region?.[0] ?? "no region"}) is not`,
      };
    }
    case "device":
      return { ...NOWHERE, kind: "device", step, message: parting.message };
  }
}

/** The first element that is wrong; where all that came is right, the next one of the process that stopped by itself. */
function firstOf(
  streams: readonly StreamDivergence[],
  users: ReadonlyMap<string, StreamUsers>,
  { lockstep: { observer }, parts: { reference } }: LockstepRun,
): StreamDivergence {
  const wrong = streams.find(({ found }) => found !== undefined);
  if (wrong !== undefined) return wrong;
  const { stream, cycle } = present(
    firstStopped({
      users,
      missing: new Map(streams.map((each) => [each.stream, each.element])),
      lastCycle: (name) => observer.lastCycle(name),
      readOrder: (name, element) => reference.readOrder(name, element),
      writeOrder: (name, element) => reference.writeOrder(name, element),
    }),
    "a process that stopped",
  );
  return {
    ...present(
      streams.find((each) => each.stream === stream),
      "the stream",
    ),
    cycle,
  };
}

/** Streams that are told behind the first. */
const FOLLOWERS = 8;

function followersOf(
  parting: Parting & { readonly kind: "stream" },
  schedule: Operation,
): DiffResult["followers"] {
  const users = streamUsers(schedule);
  return parting.streams
    .filter(({ found }) => found !== undefined)
    .slice(1, 1 + FOLLOWERS)
    .map(({ stream, element, cycle }) => {
      const kernel = processOf(users.get(stream)?.writer) ?? null;
      return { stream, kernel, element, cycle };
    });
}

/** What a waveform is made of. */
interface WaveformJob {
  readonly schedule: Operation;
  readonly described: Divergence;
  readonly path: readonly string[];
  readonly watch: JobWatch;
}

/** The instance of the accelerator in a simulation. */
const ACCELERATOR = "accelerator";

/** Runs the same again, up to the end of the window, with a waveform of the kernel and those around it. */
async function showWaveform(
  subject: Subject,
  { schedule, described, path, watch }: WaveformJob,
): Promise<DiffResult["waveform"]> {
  const { cycle, stream } = described;
  if (cycle === null || stream === null) return null;
  const users = streamUsers(schedule);
  const writer = users.get(stream)?.writer;
  if (writer === undefined) return null;
  const { options, folder } = subject;
  const file = options.wave ?? join(folder, "diff.vcd");
  const from = Math.max(0, cycle - options.window);
  const to = cycle + options.window;
  const inner = [ACCELERATOR, ...path];
  const scopes = instancesAround(users, writer).map((instance) => [...inner, instance].join("."));
  watch.onProgress?.(`writing cycles ${String(from)} to ${String(to)} to ${file}`);
  const traced = { trace: file, traceWindow: { from, to }, traceScope: scopes };
  const again = await runOnce(subject, schedule, traced, watch);
  if (again.kind === "error" || !existsSync(file) || statSync(file).size === 0) return null;
  return { file, from, to, scopes };
}
