import { at, type PortSpec } from "../../ir/index.ts";
import type { KernelGraph, KernelNode } from "../kernel/node.ts";
import type { ScheduledKernel } from "./schedule-kernel.ts";

/** The streams of a kernel by direction; each is used in one. */
export interface StreamUse {
  readonly stream: number;
  readonly direction: "read" | "write" | "done";
  readonly node: KernelNode;
}

/** Uses of streams in program order: one read or write each. */
export function streamUses(graph: KernelGraph): readonly StreamUse[] {
  return graph.nodes.flatMap((node) => {
    const { op } = node;
    return op.kind === "read" || op.kind === "write" || op.kind === "done"
      ? [{ stream: op.stream, direction: op.kind, node }]
      : [];
  });
}

/** Banks of shared arrays that the kernel reads or writes. */
export interface SharedBank {
  readonly argument: number;
  readonly array: number;
  readonly bank: number;
  /** Cells that are read in the same cycle. */
  readonly readPorts: number;
  readonly stores: boolean;
}

/** The banks of shared arrays with what the kernel does to them, in order; as many read ports as cells are read in one slot. */
export function sharedBanks({ graph, schedule }: ScheduledKernel): readonly SharedBank[] {
  const found = new Map<string, Omit<SharedBank, "readPorts"> & { readonly slots: Map<number, number> }>();
  for (const { id, op } of graph.nodes) {
    if (op.kind !== "load" && op.kind !== "store") continue;
    const { shared } = at(graph.arrays, op.array);
    if (shared === undefined) continue;
    const key = `${String(shared)}:${String(op.bank)}`;
    const known = found.get(key) ?? {
      argument: shared,
      array: op.array,
      bank: op.bank,
      slots: new Map<number, number>(),
      stores: false,
    };
    found.set(key, { ...known, stores: known.stores || op.kind === "store" });
    if (op.kind === "store") continue;
    const slot = at(graph.layouts, op.array).storage === "reg" ? -1 : at(schedule.start, id) % schedule.ii;
    known.slots.set(slot, slot < 0 ? 1 : (known.slots.get(slot) ?? 0) + 1);
  }
  return [...found.values()]
    .map(({ slots, ...bank }) => ({ ...bank, readPorts: Math.max(0, ...slots.values()) }))
    .sort((a, b) => a.argument - b.argument || a.bank - b.bank);
}

/** Names of a stream's signals at a kernel. */
export function streamPort(argument: number, signal: "valid" | "data" | "pop" | "credit"): string {
  return `s${String(argument)}_${signal}`;
}

/** Names of a shared bank's signals at a kernel. */
export function bankPort(
  argument: number,
  bank: number,
  signal: "raddr" | "rdata" | "wen" | "waddr" | "wdata",
  port = 0,
): string {
  return `m${String(argument)}_${String(bank)}_${signal}${port === 0 ? "" : String(port)}`;
}

/** Bits of an address within a bank of `depth` words; 0 where there is one word. */
export function addressBits(depth: number): number {
  return depth <= 1 ? 0 : (depth - 1).toString(2).length;
}

/** The inputs of a kernel's module, in order. */
export function kernelInputs(kernel: ScheduledKernel): readonly PortSpec[] {
  const { graph } = kernel;
  const command: readonly PortSpec[] = [
    { name: "cmd_valid", width: 1 },
    ...(graph.command.width > 0 ? [{ name: "cmd_data", width: graph.command.width }] : []),
  ];
  const streams = streamUses(graph).flatMap(({ stream, direction }): readonly PortSpec[] => {
    const { argument, width } = at(graph.streams, stream);
    if (direction !== "read") return [{ name: streamPort(argument, "credit"), width: 1 }];
    const valid = { name: streamPort(argument, "valid"), width: 1 };
    return width === 0 ? [valid] : [valid, { name: streamPort(argument, "data"), width }];
  });
  const banks = sharedBanks(kernel).flatMap(({ argument, array, bank, readPorts }) =>
    Array.from({ length: readPorts }, (_, port) => ({
      name: bankPort(argument, bank, "rdata", port),
      width: at(graph.arrays, array).width,
    })),
  );
  return [{ name: "clk", width: "clock" }, { name: "rst", width: 1 }, ...command, ...streams, ...banks];
}
