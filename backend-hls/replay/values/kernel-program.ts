import { at, BF16, F16, FLOAT_PRIMITIVES, foldBinary, foldCompare, type Value } from "../../../ir/index.ts";
import type { KernelGraph, KernelNode, NodeId } from "../../kernel/node.ts";
import type { PlannedKernel } from "../../network/plan-network.ts";
import { entry } from "../entry.ts";
import type { ElementBits } from "../link.ts";
import { type FieldSource, fieldSources, fieldWidths, type NetworkNeeds } from "./needs.ts";
import { bigText, fitText, joinText, NARROW, nodeText } from "./node-code.ts";

/** Writes guard `k` of an iteration into `guards[k]`. */
export type Guards = (counters: Int32Array, fields: ElementBits, guards: Uint8Array) => void;

/** Does what an iteration does to the values that matter: `read[k]` is what stream use `k` took, `written[k]` what it gives. */
export type Effects = (
  counters: Int32Array,
  fields: ElementBits,
  read: readonly (number | bigint)[],
  written: (ElementBits | undefined)[],
) => void;

type Words = Uint32Array | bigint[];

/** The banks of arrays that matter, over a whole network. */
export class ArrayStore {
  readonly #shared = new Map<Value, Map<number, Words>>();

  /** A bank's words: of the schedule's value where it is shared. */
  bank(
    kernel: PlannedKernel,
    local: Map<string, Words>,
    { array, bank }: { readonly array: number; readonly bank: number },
  ): Words {
    const { graph } = kernel.scheduled;
    const { shared, width } = at(graph.arrays, array);
    const { depth } = at(graph.layouts, array);
    const make = (): Words =>
      width <= NARROW ? new Uint32Array(depth) : Array.from({ length: depth }, () => 0n);
    if (shared === undefined) return entry(local, `${String(array)}:${String(bank)}`, make);
    const banks = entry(this.#shared, at(kernel.connections, shared), () => new Map<number, Words>());
    return entry(banks, bank, make);
  }
}

/** What generated code calls. */
const word = new DataView(new ArrayBuffer(4));
const HELPERS = {
  primitives: FLOAT_PRIMITIVES,
  bf16: BF16,
  f16: F16,
  binary: (operator: Parameters<typeof foldBinary>[0], a: bigint, b: bigint, width: number): bigint =>
    foldBinary(operator, a, b, width),
  compare: foldCompare,
  float: (bits: number): number => {
    word.setUint32(0, bits);
    return word.getFloat32(0);
  },
  bits: (value: number): number => {
    if (Number.isNaN(value)) return 0x7fc00000;
    word.setFloat32(0, value);
    return word.getUint32(0);
  },
};

/** Compiles the guards: one-bit nodes that depend on counters and fields alone. */
export function compileGuards(graph: KernelGraph, guards: readonly NodeId[]): Guards | undefined {
  if (guards.length === 0) return undefined;
  const cone = coneOf(graph, guards);
  const none = (node: KernelNode): string => `H.noData(${String(node.id)})`;
  const lines = cone.map(
    (node) => `const n${String(node.id)} = ${nodeText(graph, node, { load: none, read: none })};`,
  );
  const results = guards.map((id, index) => `G[${String(index)}] = n${String(id)};`);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made of numbers by this folder alone
  const make = new Function("H", `return (C, F, G) => {\n${[...lines, ...results].join("\n")}\n};`);
  return (make as (helpers: typeof HELPERS) => Guards)(HELPERS); // Function() is untyped
}

function coneOf(graph: KernelGraph, roots: readonly NodeId[]): readonly KernelNode[] {
  const seen = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    if (seen.has(id)) return;
    seen.add(id);
    at(graph.nodes, id).args.forEach(visit);
  };
  roots.forEach(visit);
  return [...seen].sort((a, b) => a - b).map((id) => at(graph.nodes, id));
}

/** Compiles what an iteration does to arrays and streams that matter; undefined where it does nothing to any. */
export function compileEffects(
  kernel: PlannedKernel,
  index: number,
  {
    needs,
    store,
    useOf,
  }: { readonly needs: NetworkNeeds; readonly store: ArrayStore; readonly useOf: (stream: number) => number },
): Effects | undefined {
  const { graph } = kernel.scheduled;
  const { nodes } = at(needs.kernels, index);
  const mine = graph.nodes.filter(({ id }) => nodes.has(id));
  if (!mine.some(({ op }) => op.kind === "store" || op.kind === "write")) return undefined;
  const local = new Map<string, Words>();
  const banks: Words[] = [];
  const bankOf = (place: { readonly array: number; readonly bank: number }): string => {
    const words = store.bank(kernel, local, place);
    const known = banks.indexOf(words);
    return `A[${String(known >= 0 ? known : banks.push(words) - 1)}]`;
  };
  const lines = mine.map((node) => {
    const { op } = node;
    const when = node.predicate === undefined ? "" : `if (n${String(node.predicate)}) `;
    if (op.kind === "store")
      return `${when}${bankOf(op)}[${addressText(node, 1)}] = n${String(at(node.args, 0))};`;
    if (op.kind === "write") {
      const widths = fieldWidths(at(kernel.connections, at(graph.streams, op.stream).argument));
      const wanted =
        needs.streams.get(at(kernel.connections, at(graph.streams, op.stream).argument)) ?? new Set();
      const fields = fieldSources(graph, node, widths).map((source, field) =>
        wanted.has(field) ? fieldText(graph, source, at(widths, field)) : "0",
      );
      return `${when}W[${String(useOf(op.stream))}] = [${fields.join(", ")}];`;
    }
    const text = nodeText(graph, node, {
      load: (load) =>
        load.op.kind === "load"
          ? `(${bankOf(load.op)}[${addressText(load, 0)}] ?? ${load.width <= NARROW ? "0" : "0n"})`
          : "0",
      read: (read) => (read.op.kind === "read" ? `R[${String(useOf(read.op.stream))}]` : "0"),
    });
    return `const n${String(node.id)} = ${text};`;
  });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made of numbers by this folder alone
  const make = new Function("H", "A", `return (C, F, R, W) => {\n${lines.join("\n")}\n};`);
  return (make as (helpers: typeof HELPERS, arrays: readonly Words[]) => Effects)(HELPERS, banks); // Function() is untyped
}

function addressText({ args }: KernelNode, place: number): string {
  const address = args[place];
  return address === undefined ? "0" : `n${String(address)}`;
}

function fieldText(graph: KernelGraph, source: FieldSource, width: number): string {
  if (source.kind === "parts") return joinText(graph, source.parts, width);
  const whole = at(graph.nodes, source.node).width;
  return fitText(`${bigText(`n${String(source.node)}`, whole)} >> ${String(source.low)}n`, width);
}

/** A whole element out of its fields. */
export function wholeOf(fields: ElementBits, widths: readonly number[]): number | bigint {
  if (fields.length === 1) return fields[0] ?? 0;
  let [bits, low] = [0n, 0];
  fields.forEach((field, index) => {
    bits |= BigInt(field) << BigInt(low);
    low += at(widths, index);
  });
  return low <= NARROW ? Number(bits) : bits;
}
