import {
  CompilerBug,
  type HwBuilder,
  type Operation,
  type PortSpec,
  present,
  type Value,
} from "../../ir/index.ts";
import {
  type AxiShape,
  axiReadArbiter,
  axiReadEngine,
  axiWriteArbiter,
  axiWriteEngine,
  beatShift,
  ERROR_BITS,
  type LateInstance,
  lateInstance,
  type QueueCredits,
  WHERE_BITS,
} from "../shell/index.ts";
import type { NetworkPlan, PlannedBurst } from "./plan-network.ts";

/** Bits of a byte address. */
const ADDRESS_BITS = 32;
/** Bursts that are under way where several engines share a port. */
export const MAX_OUTSTANDING = 8;

/** A burst engine and how a request reaches it. */
export interface MemoryClient {
  readonly burst: PlannedBurst;
  readonly instance: LateInstance;
  /** A bundle {i32 address, i32 beats} in the engine's form. */
  request(bundle: Value): Value;
}

/** Bytes of a beat of a memory. */
function beatBytes(memory: Value): number {
  if (memory.type.kind !== "memory") throw new CompilerBug("not a memory");
  return memory.type.bytes;
}

/** The external memories of a plan, in the order of the schedule's arguments. */
function memoriesOf(plan: NetworkPlan): readonly Value[] {
  return plan.outside.filter((value) => value.type.kind === "memory");
}

/** Whether a plan has external memory. */
export function hasMemory(plan: NetworkPlan): boolean {
  return memoriesOf(plan).length > 0;
}

/** What a network tells of memory that nothing in it uses: a silent port is never wrong. */
export function leaveMemoryAlone(b: HwBuilder): void {
  b.output("error_code", b.constant(0, ERROR_BITS));
  b.output("error_where", b.constant(0, WHERE_BITS));
  b.output("reading", b.constant(0, 1));
  b.output("writing", b.constant(0, 1));
}

/**
 * The region of memory that a burst engine is confined to, by the name of its registers: all reads of a memory share
 * `gmem<k>`, each write has its own.
 */
function regionOf(plan: NetworkPlan, { kind, memory, name }: PlannedBurst): string {
  return kind === "write" ? name : `gmem${String(memoriesOf(plan).indexOf(memory))}`;
}

/** Every region of a plan once: those of reads by memory, then those of writes; none where nothing goes to memory. */
export function guardedRegions(plan: NetworkPlan): readonly string[] {
  if (plan.bursts.length === 0) return [];
  const reads = memoriesOf(plan).map((_, index) => `gmem${String(index)}`);
  const writes = plan.bursts.filter(({ kind }) => kind === "write").map((burst) => regionOf(plan, burst));
  return [...reads, ...writes];
}

/** Bits of a number of beats that reaches beyond every address. */
function lengthBits(dataBits: number): number {
  return ADDRESS_BITS - beatShift({ dataBits }) + 1;
}

/** A bundle {i32 address, i32 beats} as an engine takes it; a number of beats beyond its bits becomes the largest, which no region holds. */
function fitRequest(b: HwBuilder, bundle: Value, bits: number): Value {
  const low = b.extract(bundle, ADDRESS_BITS, bits);
  const over = b.not(b.equals(b.extract(bundle, ADDRESS_BITS + bits, ADDRESS_BITS - bits), 0));
  return b.concat(b.or(low, b.replicate(over, bits)), b.extract(bundle, 0, ADDRESS_BITS));
}

/** The inputs that the memories of a plan bring with them. */
export function memoryPorts(plan: NetworkPlan): readonly PortSpec[] {
  const limits = guardedRegions(plan).flatMap((region) =>
    ["base", "limit"].map((end) => ({ name: `${region}_${end}`, width: ADDRESS_BITS })),
  );
  const ports = memoriesOf(plan).flatMap((memory, index) => {
    const bits = 8 * beatBytes(memory);
    const prefix = `m_axi_gmem${String(index)}`;
    return [
      { name: `${prefix}_arready`, width: 1 },
      { name: `${prefix}_rvalid`, width: 1 },
      { name: `${prefix}_rdata`, width: bits },
      { name: `${prefix}_rresp`, width: 2 },
      { name: `${prefix}_rlast`, width: 1 },
      { name: `${prefix}_awready`, width: 1 },
      { name: `${prefix}_wready`, width: 1 },
      { name: `${prefix}_bvalid`, width: 1 },
      { name: `${prefix}_bresp`, width: 2 },
    ];
  });
  return [...limits, ...ports];
}

const READ_CHANNEL = {
  toMemory: ["arvalid", "araddr", "arlen", "arsize", "arburst", "rready"],
  fromMemory: ["arready", "rvalid", "rdata", "rresp", "rlast"],
};
const WRITE_CHANNEL = {
  toMemory: [
    "awvalid",
    "awaddr",
    "awlen",
    "awsize",
    "awburst",
    "wvalid",
    "wdata",
    "wstrb",
    "wlast",
    "bready",
  ],
  fromMemory: ["awready", "wready", "bvalid", "bresp"],
};

/** The engines of one memory behind its AXI port. */
export class MemoryPort {
  readonly clients: readonly MemoryClient[];
  readonly modules: readonly Operation[];
  /** The first engine's error code (0: none), and which engine: its place among the bursts of the plan. */
  readonly error: { readonly code: Value; readonly where: Value };
  readonly #b: HwBuilder;
  readonly #modules: Operation[] = [];
  readonly #index: number;
  readonly #dataBits: number;
  readonly #queues: QueueCredits;

  constructor(b: HwBuilder, plan: NetworkPlan, memory: Value, queues: QueueCredits) {
    this.#b = b;
    this.#queues = queues;
    this.#index = memoriesOf(plan).indexOf(memory);
    this.#dataBits = 8 * beatBytes(memory);
    const bursts = plan.bursts.filter((burst) => burst.memory === memory);
    this.clients = bursts.map((burst) => this.#client(plan, burst));
    this.#channel("read", READ_CHANNEL);
    this.#channel("write", WRITE_CHANNEL);
    this.modules = this.#modules;
    const none = { code: b.constant(0, ERROR_BITS), where: b.constant(0, WHERE_BITS) };
    this.error = this.clients.reduceRight((others, { burst, instance }) => {
      const code = instance.out("error_code");
      const mine = b.not(b.equals(code, 0));
      const where = b.constant(plan.bursts.indexOf(burst), WHERE_BITS);
      return { code: b.mux(mine, code, others.code), where: b.mux(mine, where, others.where) };
    }, none);
  }

  /** Whether an engine of this direction has work. */
  busy(kind: "read" | "write"): Value {
    return this.clients
      .filter((client) => client.burst.kind === kind)
      .map(({ instance }) => instance.out("busy"))
      .reduce((x, y) => this.#b.or(x, y), this.#b.constant(0, 1));
  }

  #client(plan: NetworkPlan, burst: PlannedBurst): MemoryClient {
    const shape: AxiShape = {
      addressBits: ADDRESS_BITS,
      dataBits: this.#dataBits,
      maxBurst: burst.maxBurst,
      lengthBits: lengthBits(this.#dataBits),
    };
    const unit =
      burst.kind === "read"
        ? axiReadEngine({
            ...shape,
            ...this.#queues,
            responseDepth: present(plan.streams.get(burst.data), "a data stream").depth,
          })
        : axiWriteEngine({
            ...shape,
            ...this.#queues,
            doneDepth: present(plan.streams.get(present(burst.done, "done")), "a done stream").depth,
            maxOutstanding: MAX_OUTSTANDING,
          });
    this.#modules.push(...unit.submodules, unit.module);
    const instance = lateInstance(this.#b, unit.module, `dma_${burst.name}`);
    const region = regionOf(plan, burst);
    instance.connect({
      clear_error: this.#b.input("clear_error"),
      region_base: this.#b.input(`${region}_base`),
      region_limit: this.#b.input(`${region}_limit`),
    });
    return { burst, instance, request: (bundle) => fitRequest(this.#b, bundle, shape.lengthBits) };
  }

  #channel(
    kind: "read" | "write",
    signals: { readonly toMemory: readonly string[]; readonly fromMemory: readonly string[] },
  ): void {
    const clients = this.clients
      .filter((client) => client.burst.kind === kind)
      .map((client) => client.instance);
    const prefix = `m_axi_gmem${String(this.#index)}`;
    const [only] = clients;
    if (only === undefined) return;
    if (clients.length === 1) {
      for (const signal of signals.fromMemory)
        only.connect({ [`m_axi_${signal}`]: this.#b.input(`${prefix}_${signal}`) });
      for (const signal of signals.toMemory)
        this.#b.output(`${prefix}_${signal}`, only.out(`m_axi_${signal}`));
      return;
    }
    const options = {
      clients: clients.length,
      addressBits: ADDRESS_BITS,
      dataBits: this.#dataBits,
      maxOutstanding: MAX_OUTSTANDING,
    };
    const unit = kind === "read" ? axiReadArbiter(options) : axiWriteArbiter(options);
    this.#modules.push(...unit.submodules, unit.module);
    const arbiter = lateInstance(this.#b, unit.module, `arbiter_${kind}_${String(this.#index)}`);
    for (const signal of signals.fromMemory)
      arbiter.connect({ [`m_axi_${signal}`]: this.#b.input(`${prefix}_${signal}`) });
    for (const signal of signals.toMemory)
      this.#b.output(`${prefix}_${signal}`, arbiter.out(`m_axi_${signal}`));
    clients.forEach((client, index) => {
      this.#joinClient(arbiter, client, index, kind);
    });
  }

  #joinClient(arbiter: LateInstance, client: LateInstance, index: number, kind: "read" | "write"): void {
    const name = `s${String(index)}`;
    const up =
      kind === "read"
        ? ["arvalid", "araddr", "arlen"]
        : ["awvalid", "awaddr", "awlen", "wvalid", "wdata", "wstrb", "wlast"];
    const down =
      kind === "read"
        ? ["arready", "rvalid", "rdata", "rresp", "rlast"]
        : ["awready", "wready", "bvalid", "bresp"];
    for (const signal of up) arbiter.connect({ [`${name}_${signal}`]: client.out(`m_axi_${signal}`) });
    for (const signal of down) client.connect({ [`m_axi_${signal}`]: arbiter.out(`${name}_${signal}`) });
  }
}

/** The error of the first port that has one. */
export function firstError(b: HwBuilder, ports: readonly MemoryPort[]): MemoryPort["error"] {
  return ports
    .map(({ error }) => error)
    .reduce((first, other) => {
      const mine = b.not(b.equals(first.code, 0));
      return { code: b.mux(mine, first.code, other.code), where: b.mux(mine, first.where, other.where) };
    });
}
