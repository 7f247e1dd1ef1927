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
  type LateInstance,
  lateInstance,
} from "../shell/index.ts";
import type { NetworkPlan, PlannedBurst } from "./plan-network.ts";

/** Bits of a byte address and of a request's number of beats. */
const ADDRESS_BITS = 32;
const LENGTH_BITS = 20;
const MAX_OUTSTANDING = 8;

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

/** The inputs that the memories of a plan bring with them. */
export function memoryPorts(plan: NetworkPlan): readonly PortSpec[] {
  return memoriesOf(plan).flatMap((memory, index) => {
    const bits = 8 * beatBytes(memory);
    const prefix = `m_axi_gmem${String(index)}`;
    return [
      { name: `gmem${String(index)}_base`, width: ADDRESS_BITS },
      { name: `gmem${String(index)}_limit`, width: ADDRESS_BITS },
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
  readonly errorCode: Value;
  readonly #b: HwBuilder;
  readonly #modules: Operation[] = [];
  readonly #index: number;
  readonly #dataBits: number;

  constructor(b: HwBuilder, plan: NetworkPlan, memory: Value) {
    this.#b = b;
    this.#index = memoriesOf(plan).indexOf(memory);
    this.#dataBits = 8 * beatBytes(memory);
    const bursts = plan.bursts.filter((burst) => burst.memory === memory);
    this.clients = bursts.map((burst) => this.#client(plan, burst));
    this.#channel("read", READ_CHANNEL);
    this.#channel("write", WRITE_CHANNEL);
    this.modules = this.#modules;
    this.errorCode = this.clients
      .map(({ instance }) => instance.out("error_code"))
      .reduce((first, other) => b.mux(b.equals(first, 0), other, first));
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
      lengthBits: LENGTH_BITS,
    };
    const unit =
      burst.kind === "read"
        ? axiReadEngine({
            ...shape,
            responseDepth: present(plan.streams.get(burst.data), "a data stream").depth,
          })
        : axiWriteEngine({
            ...shape,
            doneDepth: present(plan.streams.get(present(burst.done, "done")), "a done stream").depth,
            maxOutstanding: MAX_OUTSTANDING,
          });
    this.#modules.push(...unit.submodules, unit.module);
    const instance = lateInstance(this.#b, unit.module, `dma_${burst.name}`);
    instance.connect({
      clear_error: this.#b.input("clear_error"),
      region_base: this.#b.input(`gmem${String(this.#index)}_base`),
      region_limit: this.#b.input(`gmem${String(this.#index)}_limit`),
    });
    return { burst, instance, request: (bundle) => this.#b.extract(bundle, 0, ADDRESS_BITS + LENGTH_BITS) };
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
