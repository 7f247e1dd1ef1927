import {
  at,
  CommandOp,
  CompilerBug,
  HwBuilder,
  KernelOp,
  type Operation,
  type PortSpec,
  present,
  ReadOp,
  type Value,
  widthOf,
} from "../../ir/index.ts";
import { blockReadLatency } from "../pipeline/characterize-node.ts";
import { type KernelHardware, kernelModule } from "../pipeline/kernel-module.ts";
import { addressBits, bankPort, sharedBanks, streamPort, streamUses } from "../pipeline/ports.ts";
import { bitsFor } from "../shell/bits.ts";
import { fifoModule, type LateInstance, lateInstance, modulesOf } from "../shell/index.ts";
import { bankModule } from "./buffer-module.ts";
import {
  firstError,
  hasMemory,
  leaveMemoryAlone,
  type MemoryClient,
  MemoryPort,
  memoryPorts,
} from "./memory-port.ts";
import type { NetworkPlan, PlannedKernel, PlannedStream } from "./plan-network.ts";
import { LIMIT_BITS, QUEUE_LIMITS } from "./queue-limits.ts";
import { connectPool, type UnitPool } from "./unit-pool.ts";

/** The hardware of a schedule: its top module and all modules below it, each once. */
export interface NetworkHardware {
  readonly top: Operation;
  readonly modules: readonly Operation[];
  /** Kernels in the order of the bits of `busy_bits` and its like. */
  readonly kernels: readonly { readonly name: string; readonly hardware: KernelHardware }[];
}

/**
 * Joins kernels, queues, buffers and memory engines. Ports: clk, rst; per outside stream that a kernel reads
 * `<name>_{valid,data,credit}`, per one that a kernel writes `<name>_{valid,data,pop}`; per memory `k`
 * `m_axi_gmem<k>_*`, per region `<region>_{base,limit}`; `clear_error`, `error_code`, `error_where`, `reading`, `writing`; `beat_bits`, one bit a burst; `{busy,issue,starved,blocked}_bits`, one bit a kernel.
 */
export function networkModule(
  name: string,
  plan: NetworkPlan,
  options: NetworkOptions = {},
): NetworkHardware {
  return new NetworkBuilder(name, plan, options).build();
}

/** Options of emission. */
export interface NetworkOptions {
  /** Every queue's input as outputs `tap_<stream>_{valid,data}`, to find where hardware and reference part. */
  readonly taps?: boolean;
  /** For simulation: an input `queue_limits`, {@link LIMIT_BITS} bits of every queue in the plan's order: how many elements it takes. */
  readonly limits?: boolean;
}

/** What every kernel tells about its state, gathered in `<signal>_bits`. */
const KERNEL_SIGNALS = ["busy", "issue", "starved", "blocked"] as const;
type KernelSignal = (typeof KERNEL_SIGNALS)[number];

class NetworkBuilder {
  readonly #plan: NetworkPlan;
  readonly #b: HwBuilder;
  readonly #name: string;
  readonly #options: NetworkOptions;
  readonly #hasLimits: boolean;
  readonly #queues = new Map<Value, LateInstance>();
  readonly #modules: Operation[] = [];
  /** Drivers of a queue's ends, gathered while the users are made. */
  readonly #ends = new Map<Value, Record<string, Value>>();

  constructor(name: string, plan: NetworkPlan, options: NetworkOptions) {
    this.#name = name;
    this.#plan = plan;
    this.#options = options;
    this.#hasLimits = options.limits === true;
    this.#b = new HwBuilder(name, [
      { name: "clk", width: "clock" },
      { name: "rst", width: 1 },
      ...this.#outsidePorts(),
      ...memoryPorts(plan),
      ...(hasMemory(plan) ? [{ name: "clear_error", width: 1 }] : []),
      ...(this.#hasLimits ? [{ name: QUEUE_LIMITS, width: LIMIT_BITS * plan.streams.size }] : []),
    ]);
  }

  build(): NetworkHardware {
    for (const stream of this.#plan.streams.values()) this.#addQueue(stream);
    const kernels = this.#plan.kernels.map((kernel) => this.#addKernel(kernel));
    this.#connectBuffers(kernels);
    for (const pool of poolsOf(kernels))
      this.#modules.push(...connectPool(this.#b, this.#plan.library, pool));
    this.#connectMemories();
    this.#connectOutside();
    for (const [value, queue] of this.#queues) queue.connect(this.#ends.get(value) ?? {});
    if (this.#options.taps === true) this.#addTaps();
    const bits = (signal: KernelSignal): Value =>
      this.#b.concat(...kernels.map(({ instance }) => instance.out(signal)).toReversed());
    for (const signal of KERNEL_SIGNALS) this.#b.output(`${signal}_bits`, bits(signal));
    const top = this.#b.finish();
    return {
      top,
      modules: modulesOf({ module: top, submodules: this.#modules }),
      kernels: kernels.map(({ kernel, hardware }) => ({ name: kernel.name, hardware })),
    };
  }

  #addTaps(): void {
    for (const stream of this.#plan.streams.values()) {
      const { in_valid: valid, in_data: data } = this.#ends.get(stream.value) ?? {};
      if (valid !== undefined) this.#b.output(`tap_${stream.name}_valid`, valid);
      if (data !== undefined) this.#b.output(`tap_${stream.name}_data`, data);
    }
  }

  // ---- queues
  #addQueue(stream: PlannedStream): void {
    const module = fifoModule(stream.width, stream.depth, { limit: this.#hasLimits });
    this.#modules.push(module);
    const queue = lateInstance(this.#b, module, `q_${stream.name}`);
    const [place, bits] = [LIMIT_BITS * this.#queues.size, bitsFor(stream.depth)];
    if (this.#hasLimits) queue.connect({ limit: this.#b.extract(this.#b.input(QUEUE_LIMITS), place, bits) });
    this.#queues.set(stream.value, queue);
    this.#ends.set(stream.value, {});
  }

  #queue(value: Value): LateInstance {
    return present(this.#queues.get(value), `the queue ${value.hint ?? ""}`);
  }

  /** Drives the producer's end of a queue. */
  #push(value: Value, valid: Value, data: Value | undefined): void {
    this.#drive(value, { in_valid: valid, ...(data === undefined ? {} : { in_data: data }) });
  }

  #drive(value: Value, signals: Record<string, Value>): void {
    const ends = present(this.#ends.get(value), "a queue");
    for (const [key, signal] of Object.entries(signals)) {
      if (ends[key] !== undefined)
        throw new CompilerBug(`queue ${value.hint ?? ""} has two users at one end`);
      ends[key] = signal;
    }
  }

  // ---- kernels
  #addKernel(kernel: PlannedKernel): BuiltKernel {
    const depthOf = (argument: number): number =>
      present(this.#plan.streams.get(at(kernel.connections, argument)), "a stream").depth;
    const isMemory = (argument: number): boolean =>
      this.#plan.bursts.some((burst) => burst.kind === "read" && burst.data === kernel.connections[argument]);
    const hardware = kernelModule(`${this.#name}_${kernel.name}`, kernel.scheduled, this.#plan.library, {
      depthOf,
      isMemory,
      beginsWithoutCredits: this.#hasLimits,
    });
    this.#modules.push(...hardware.submodules, hardware.module);
    const instance = lateInstance(this.#b, hardware.module, `k_${kernel.name}`);
    const { graph } = kernel.scheduled;
    const command = at(kernel.connections, graph.command.argument);
    instance.connect({
      cmd_valid: this.#queue(command).out("out_valid"),
      ...(graph.command.width > 0 ? { cmd_data: this.#queue(command).out("out_data") } : {}),
    });
    this.#drive(command, { out_pop: instance.out("cmd_pop") });
    for (const { stream, direction } of streamUses(graph)) {
      const { argument, width } = at(graph.streams, stream);
      const value = at(kernel.connections, argument);
      const queue = this.#queue(value);
      if (direction === "read") {
        instance.connect({
          [streamPort(argument, "valid")]: queue.out("out_valid"),
          ...(width > 0 ? { [streamPort(argument, "data")]: queue.out("out_data") } : {}),
        });
        this.#drive(value, { out_pop: instance.out(streamPort(argument, "pop")) });
      } else {
        instance.connect({ [streamPort(argument, "credit")]: queue.out("in_credit") });
        this.#push(
          value,
          instance.out(streamPort(argument, "valid")),
          width > 0 ? instance.out(streamPort(argument, "data")) : undefined,
        );
      }
    }
    return { kernel, hardware, instance };
  }

  // ---- buffers
  #connectBuffers(kernels: readonly BuiltKernel[]): void {
    for (const buffer of this.#plan.buffers.values()) {
      for (let bank = 0; bank < buffer.layout.banks; bank++) {
        const users = kernels.flatMap(({ kernel, instance }) =>
          sharedBanks(kernel.scheduled)
            .filter(
              (shared) => shared.bank === bank && at(kernel.connections, shared.argument) === buffer.value,
            )
            .map((shared) => ({ instance, shared })),
        );
        this.#connectBank(
          `${this.#name}_${buffer.name}${buffer.layout.banks > 1 ? `_${String(bank)}` : ""}`,
          { ...buffer, bank },
          users,
        );
      }
    }
  }

  #connectBank(
    name: string,
    {
      width,
      layout,
      bank,
    }: {
      readonly width: number;
      readonly layout: { readonly depth: number; readonly storage: "reg" | "lut" | "block" };
      readonly bank: number;
    },
    users: readonly BankUser[],
  ): void {
    const addressed = addressBits(layout.depth) > 0;
    const readers = users
      .flatMap(({ instance, shared }) =>
        Array.from({ length: shared.readPorts }, (_, port) => ({ instance, shared, port })),
      )
      .filter(
        (
          { instance, shared, port }, // the schedule may have found no use for a port
        ) => !addressed || bankPort(shared.argument, bank, "raddr", port) in instance.outputs,
      );
    const writers = users.filter(({ shared }) => shared.stores);
    if (readers.length === 0) return;
    const module = bankModule({
      name,
      width,
      depth: layout.depth,
      storage: layout.storage,
      readers: readers.length,
      writers: writers.length,
      readLatency: blockReadLatency(this.#plan.library),
    });
    this.#modules.push(module);
    const instance = lateInstance(this.#b, module, `b_${name}`);
    readers.forEach(({ instance: kernel, shared: { argument }, port }, index) => {
      if (addressed)
        instance.connect({ [`r${String(index)}_addr`]: kernel.out(bankPort(argument, bank, "raddr", port)) });
      kernel.connect({ [bankPort(argument, bank, "rdata", port)]: instance.out(`r${String(index)}_data`) });
    });
    writers.forEach(({ instance: kernel, shared }, index) => {
      const prefix = `w${String(index)}`;
      instance.connect({
        [`${prefix}_en`]: kernel.out(bankPort(shared.argument, bank, "wen")),
        [`${prefix}_data`]: kernel.out(bankPort(shared.argument, bank, "wdata")),
        ...(addressed ? { [`${prefix}_addr`]: kernel.out(bankPort(shared.argument, bank, "waddr")) } : {}),
      });
    });
  }

  // ---- memory
  #connectMemories(): void {
    if (this.#plan.bursts.length === 0) {
      if (hasMemory(this.#plan)) leaveMemoryAlone(this.#b);
      return;
    }
    const memories = [...new Set(this.#plan.bursts.map((burst) => burst.memory))];
    const ports = memories.map((memory) => {
      const port = new MemoryPort(this.#b, this.#plan, memory, { beginsWithoutCredits: this.#hasLimits });
      for (const client of port.clients) {
        const { burst, instance } = client;
        const requests = this.#queue(burst.requests);
        instance.connect({
          req_valid: requests.out("out_valid"),
          req_data: client.request(requests.out("out_data")),
        });
        this.#drive(burst.requests, { out_pop: instance.out("req_pop") });
        if (burst.kind === "read") {
          instance.connect({ rsp_credit: this.#queue(burst.data).out("in_credit") });
          this.#push(burst.data, instance.out("rsp_valid"), instance.out("rsp_data"));
        } else {
          const done = present(burst.done, "the done stream of a write");
          instance.connect({
            data_valid: this.#queue(burst.data).out("out_valid"),
            data_data: this.#queue(burst.data).out("out_data"),
            done_credit: this.#queue(done).out("in_credit"),
          });
          this.#drive(burst.data, { out_pop: instance.out("data_pop") });
          this.#push(done, instance.out("done_valid"), undefined);
        }
      }
      this.#modules.push(...port.modules);
      return port;
    });
    const either = (values: readonly Value[]): Value =>
      values.reduce((x, y) => this.#b.or(x, y), this.#b.constant(0, widthOf(at(values, 0))));
    const error = firstError(this.#b, ports);
    this.#b.output("error_code", error.code);
    this.#b.output("error_where", error.where);
    this.#b.output("beat_bits", this.#beats(ports.flatMap(({ clients }) => clients)));
    this.#b.output("reading", either(ports.map((port) => port.busy("read"))));
    this.#b.output("writing", either(ports.map((port) => port.busy("write"))));
  }

  /** One bit a burst, in the order of the plan: a beat moves between its engine and its queue. */
  #beats(clients: readonly MemoryClient[]): Value {
    const bits = this.#plan.bursts.map((burst) => {
      const { instance } = present(
        clients.find((client) => client.burst === burst),
        "the engine of a burst",
      );
      return instance.out(burst.kind === "read" ? "rsp_valid" : "data_pop");
    });
    return this.#b.concat(...bits.toReversed());
  }

  // ---- outside
  #outsideStreams(): readonly {
    readonly value: Value;
    readonly name: string;
    readonly width: number;
    readonly into: boolean;
  }[] {
    const plan = this.#plan;
    return plan.outside.flatMap((value) => {
      const stream = plan.streams.get(value);
      return stream === undefined
        ? []
        : [{ value, name: stream.name, width: stream.width, into: isRead(plan, value) }];
    });
  }

  #outsidePorts(): readonly PortSpec[] {
    return this.#outsideStreams().flatMap(({ name, width, into }): readonly PortSpec[] => {
      if (!into) return [{ name: `${name}_pop`, width: 1 }];
      return [{ name: `${name}_valid`, width: 1 }, ...(width > 0 ? [{ name: `${name}_data`, width }] : [])];
    });
  }

  #connectOutside(): void {
    for (const { value, name, width, into } of this.#outsideStreams()) {
      const queue = this.#queue(value);
      if (into) {
        this.#push(
          value,
          this.#b.input(`${name}_valid`),
          width > 0 ? this.#b.input(`${name}_data`) : undefined,
        );
        this.#b.output(`${name}_credit`, queue.out("in_credit"));
      } else {
        this.#drive(value, { out_pop: this.#b.input(`${name}_pop`) });
        this.#b.output(`${name}_valid`, queue.out("out_valid"));
        if (width > 0) this.#b.output(`${name}_data`, queue.out("out_data"));
      }
    }
  }
}

/** Kernels that share their float units, pool by pool. */
function poolsOf(kernels: readonly BuiltKernel[]): readonly UnitPool[] {
  const pools = new Map<string, BuiltKernel[]>();
  for (const built of kernels) {
    const name = KernelOp.match(built.kernel.op)?.attrs.unit_pool;
    if (name !== undefined) pools.set(name, [...(pools.get(name) ?? []), built]);
  }
  return [...pools].map(([name, members]) => ({
    name,
    members: members.map(({ kernel, instance }) => ({ kernel: kernel.scheduled, instance })),
  }));
}

interface BuiltKernel {
  readonly kernel: PlannedKernel;
  readonly hardware: KernelHardware;
  readonly instance: LateInstance;
}

interface BankUser {
  readonly instance: LateInstance;
  readonly shared: { readonly argument: number; readonly readPorts: number; readonly stores: boolean };
}

/** Whether something inside takes elements from this stream; a read that never happens counts too. */
export function isRead(plan: NetworkPlan, value: Value): boolean {
  return (
    plan.bursts.some(
      (burst) => burst.requests === value || (burst.kind === "write" && burst.data === value),
    ) ||
    plan.kernels.some(({ op, connections }) =>
      connections.some(
        (connection, index) =>
          connection === value &&
          at(at(op.regions, 0).block.args, index).uses.some(
            ({ user }) => user.name === CommandOp.name || user.name === ReadOp.name,
          ),
      ),
    )
  );
}
