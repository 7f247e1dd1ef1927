import { at, type HwBuilder, present, type Value } from "../../ir/index.ts";
import type { KernelGraph, NodeOp } from "../kernel/node.ts";
import { addressBits, bankPort, sharedBanks } from "./ports.ts";
import type { ScheduledKernel } from "./schedule-kernel.ts";

type LoadOp = NodeOp & { readonly kind: "load" };
type StoreOp = NodeOp & { readonly kind: "store" };

/** A load in its cycle. */
export interface BankLoad {
  readonly cycle: number;
  /** The cycle modulo the initiation interval. */
  readonly slot: number;
  readonly address: Value | undefined;
  readonly latencyCycles: number;
}

/** A store in its cycle. */
export interface BankStore {
  readonly cycle: number;
  readonly when: Value;
  readonly value: Value;
  readonly address: Value | undefined;
}

/** A way to read a bank: one cell at a time. */
interface ReadPort {
  readonly loads: BankLoad[];
  /** Drives the address once all loads are known. */
  readonly address: { drive(next: Value): void } | undefined;
  readonly data: Value;
}

interface Bank {
  readonly reads: readonly ReadPort[];
  readonly stores: BankStore[];
  readonly drive: (write: {
    readonly enable: Value;
    readonly address: Value | undefined;
    readonly data: Value;
  }) => void;
}

/** Memory banks of a kernel, all zero at the start as in the interpreter: registers and memories of its own, ports to those it shares. Accesses of one bank take turns by stage. */
export class BankPorts {
  readonly #b: HwBuilder;
  readonly #graph: KernelGraph;
  readonly #validAt: (cycle: number) => Value;
  readonly #banks = new Map<string, Bank>();
  /** Read ports of the banks that are shared with other kernels. */
  readonly #shared: ReadonlyMap<string, number>;
  readonly #readLatency: 1 | 2;

  /** `readLatency` is that of block RAM at the kernel's clock. */
  constructor(b: HwBuilder, kernel: ScheduledKernel, readLatency: 1 | 2, validAt: (cycle: number) => Value) {
    this.#b = b;
    const { graph } = kernel;
    this.#graph = graph;
    this.#shared = new Map(
      sharedBanks(kernel).map(({ array, bank, readPorts }) => [
        `${String(array)}:${String(bank)}`,
        readPorts,
      ]),
    );
    this.#validAt = validAt;
    this.#readLatency = readLatency;
    for (const { op } of graph.nodes) if (op.kind === "load" || op.kind === "store") this.#bank(op);
  }

  load(op: LoadOp, load: BankLoad): Value {
    const { reads } = this.#bank(op);
    const free = reads.find(({ loads }) => loads.every(({ slot }) => slot !== load.slot));
    const port = free ?? at(reads, 0); // registers are read by any number
    port.loads.push(load);
    return port.data;
  }

  store(op: StoreOp, store: BankStore): void {
    this.#bank(op).stores.push(store);
  }

  /** Connects the ports. */
  finish(): void {
    for (const bank of this.#banks.values()) {
      for (const { loads, address: port } of bank.reads)
        if (port !== undefined && loads.length > 0)
          port.drive(
            this.#byStage(
              loads.map(({ cycle, address }) => ({ cycle, value: present(address, "an address") })),
            ),
          );
      if (bank.stores.length > 0) this.#drive(bank);
    }
  }

  #drive(bank: Bank): void {
    const { stores } = bank;
    const enable = stores.map((store) => store.when).reduce((x, y) => this.#b.or(x, y));
    const select = (fieldOf: (store: BankStore) => Value): Value =>
      stores
        .slice(1)
        .reduce((other, store) => this.#b.mux(store.when, fieldOf(store), other), fieldOf(at(stores, 0)));
    const addressed = at(stores, 0).address !== undefined;
    bank.drive({
      enable,
      address: addressed ? select((store) => present(store.address, "an address")) : undefined,
      data: select((store) => store.value),
    });
  }

  #byStage(values: readonly { readonly cycle: number; readonly value: Value }[]): Value {
    return values
      .slice(1)
      .reduce(
        (other, { cycle, value }) => this.#b.mux(this.#validAt(cycle), value, other),
        at(values, 0).value,
      );
  }

  #bank(op: LoadOp | StoreOp): Bank {
    const key = `${String(op.array)}:${String(op.bank)}`;
    const known = this.#banks.get(key);
    if (known !== undefined) return known;
    const made =
      at(this.#graph.arrays, op.array).shared === undefined
        ? this.#local(op.array, op.bank)
        : this.#remote(op.array, op.bank);
    this.#banks.set(key, made);
    return made;
  }

  #touches(array: number, bank: number, kind: "load" | "store"): boolean {
    return this.#graph.nodes.some(({ op }) => op.kind === kind && op.array === array && op.bank === bank);
  }

  #local(array: number, bank: number): Bank {
    const { name, width } = at(this.#graph.arrays, array);
    const layout = at(this.#graph.layouts, array);
    const label = layout.banks === 1 ? name : `${name}_${String(bank)}`;
    if (layout.depth === 1) {
      const register = this.#b.feedback(width, { name: label, reset: 0n });
      if (!this.#touches(array, bank, "store")) register.drive(register.value, this.#b.constant(0, 1));
      return {
        reads: [{ loads: [], address: undefined, data: register.value }],
        stores: [],
        drive: ({ enable, data }) => {
          register.drive(data, enable);
        },
      };
    }
    const block = layout.storage === "block";
    const memory = this.#b.memory({
      name: label,
      depth: layout.depth,
      width,
      readLatency: block ? this.#readLatency : 0,
      init: [0n],
      style: block ? "block" : "distributed",
    });
    const port = this.#touches(array, bank, "load") ? this.#lateRead(memory, layout.depth) : undefined;
    return {
      reads: [{ loads: [], address: port, data: port?.data ?? this.#b.constant(0, width) }],
      stores: [],
      drive: ({ enable, address, data }) => {
        this.#b.writePort(memory, present(address, "an address"), { enable, data });
      },
    };
  }

  #lateRead(memory: Value, depth: number): { value: Value; data: Value; drive(next: Value): void } {
    const open = this.#b.constant(0, addressBits(depth));
    const data = this.#b.readPort(memory, open);
    const { producer } = data;
    return {
      value: open,
      data,
      drive: (next) => {
        producer?.setOperand(1, next);
      },
    };
  }

  #remote(array: number, bank: number): Bank {
    const { shared } = at(this.#graph.arrays, array);
    const argument = present(shared, "a shared array");
    const { depth } = at(this.#graph.layouts, array);
    const addressed = addressBits(depth) > 0;
    const count = this.#shared.get(`${String(array)}:${String(bank)}`) ?? 0;
    const reads = Array.from({ length: count }, (_, port): ReadPort => {
      const drive = (next: Value): void => {
        this.#b.output(bankPort(argument, bank, "raddr", port), next);
      };
      return {
        loads: [],
        address: addressed ? { drive } : undefined,
        data: this.#b.input(bankPort(argument, bank, "rdata", port)),
      };
    });
    return {
      reads,
      stores: [],
      drive: ({ enable, address: where, data: word }) => {
        this.#b.output(bankPort(argument, bank, "wen"), enable);
        if (addressed) this.#b.output(bankPort(argument, bank, "waddr"), present(where, "an address"));
        this.#b.output(bankPort(argument, bank, "wdata"), word);
      },
    };
  }
}
