import { at, builtSpan, CompilerBug, type HwBuilder, present, type Value } from "../../ir/index.ts";
import type { KernelNode, NodeId } from "../kernel/node.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import { pipelinedPrimitive } from "../primitives/pipelined-primitive.ts";
import { BankPorts } from "./bank-ports.ts";
import { blockReadLatency } from "./characterize-node.ts";
import { combineNode } from "./combine-node.ts";
import type { Control } from "./control.ts";
import { streamPort } from "./ports.ts";
import type { ScheduledKernel } from "./schedule-kernel.ts";
import { SharedUnits } from "./shared-units.ts";
import { Stages } from "./stages.ts";

/** Builds the pipeline of one iteration behind the control. */
export class Datapath {
  readonly #b: HwBuilder;
  readonly #kernel: ScheduledKernel;
  readonly #library: OperatorLibrary;
  readonly #control: Control;
  readonly #stages: Stages<NodeId>;
  readonly #valid: Value[];
  readonly #done: Value[];
  readonly #units: SharedUnits;
  readonly #banks: BankPorts;

  constructor(b: HwBuilder, kernel: ScheduledKernel, library: OperatorLibrary, control: Control) {
    this.#b = b;
    this.#kernel = kernel;
    this.#library = library;
    this.#control = control;
    this.#stages = new Stages(b);
    this.#valid = [control.valid];
    this.#done = [control.done];
    this.#units = new SharedUnits(b, kernel.graph.poolsUnits, (cycle) => this.#validAt(cycle));
    this.#banks = new BankPorts(b, kernel, blockReadLatency(library), (cycle) => this.#validAt(cycle));
  }

  /** Flip-flops of the pipeline, and units by primitive. */
  build(): { readonly registerBits: number; readonly units: ReadonlyMap<string, number> } {
    const { graph } = this.#kernel;
    for (const node of graph.nodes) {
      this.#b.span = node.span;
      this.#place(node);
    }
    this.#b.span = builtSpan(graph.name); // what several operations share is nobody's
    this.#units.finish();
    this.#banks.finish();
    return { registerBits: this.#stages.registerBits, units: this.#units.counts() };
  }

  #start(id: NodeId): number {
    return at(this.#kernel.schedule.start, id);
  }

  #place(node: KernelNode): void {
    const { op, id } = node;
    const start = this.#start(id);
    const arg = (index: number): Value => this.#stages.at(present(node.args[index], "an argument"), start);
    const args = (): readonly Value[] => node.args.map((_, index) => arg(index));
    switch (op.kind) {
      case "constant":
        this.#stages.constant(id, this.#b.constant(op.value, node.width));
        return;
      case "counter":
        this.#stages.define(id, this.#b.resize(at(this.#control.counters, op.loop), node.width), 0);
        return;
      case "field":
        this.#stages.define(id, at(this.#control.fields, op.index), 0);
        return;
      case "read": {
        const { argument, width } = at(this.#kernel.graph.streams, op.stream);
        if (width > 0) this.#stages.define(id, this.#b.input(streamPort(argument, "data")), 0);
        return;
      }
      case "write":
        this.#push(node, this.#when(node, start), node.args.length === 0 ? undefined : arg(0));
        return;
      case "done":
        this.#push(node, this.#doneAt(start), undefined);
        return;
      case "load":
        this.#load(node, node.args.length === 0 ? undefined : arg(0));
        return;
      case "store":
        this.#banks.store(op, {
          cycle: start,
          when: this.#when(node, start),
          value: arg(0),
          address: node.args.length > 1 ? arg(1) : undefined,
        });
        return;
      case "float":
        this.#float(node, args());
        return;
      case "binary":
      case "compare":
      case "select":
      case "extend":
      case "slice":
      case "join":
        this.#combine(node, args());
        return;
      default:
        throw new CompilerBug("node");
    }
  }

  #combine(node: KernelNode, args: readonly Value[]): void {
    const { latencyCycles } = at(this.#kernel.timing, node.id);
    const value = combineNode(this.#b, this.#kernel.graph, node, args);
    const ready = this.#start(node.id) + latencyCycles;
    this.#stages.define(node.id, this.#stages.pipelined(value, latencyCycles), ready);
  }

  #float(node: KernelNode, args: readonly Value[]): void {
    if (node.op.kind !== "float") throw new CompilerBug("not a float node");
    const primitive = pipelinedPrimitive(this.#library, node.op.primitive);
    const start = this.#start(node.id);
    const { ii } = this.#kernel.schedule;
    const value = this.#units.use(primitive, { slot: start % ii, cycle: start, args });
    this.#stages.define(node.id, value, start + at(this.#kernel.timing, node.id).latencyCycles);
  }

  #load(node: KernelNode, address: Value | undefined): void {
    if (node.op.kind !== "load") throw new CompilerBug("not a load");
    const start = this.#start(node.id);
    const { latencyCycles } = at(this.#kernel.timing, node.id);
    const { ii } = this.#kernel.schedule;
    this.#stages.define(
      node.id,
      this.#banks.load(node.op, { cycle: start, slot: start % ii, address, latencyCycles }),
      start + latencyCycles,
    );
  }

  #push(node: KernelNode, valid: Value, data: Value | undefined): void {
    const { op } = node;
    if (op.kind !== "write" && op.kind !== "done") throw new CompilerBug("not a push");
    const { argument } = at(this.#kernel.graph.streams, op.stream);
    this.#b.output(streamPort(argument, "valid"), valid);
    if (data !== undefined) this.#b.output(streamPort(argument, "data"), data);
  }

  /** Whether the iteration that is in `cycle` carries the effect out. */
  #when(node: KernelNode, cycle: number): Value {
    const valid = this.#validAt(cycle);
    return node.predicate === undefined ? valid : this.#b.and(valid, this.#stages.at(node.predicate, cycle));
  }

  #validAt(cycle: number): Value {
    return this.#chain(this.#valid, cycle, "valid");
  }

  #doneAt(cycle: number): Value {
    return this.#chain(this.#done, cycle, "done");
  }

  #chain(chain: Value[], cycle: number, name: string): Value {
    while (chain.length <= cycle)
      chain.push(
        this.#b.register(at(chain, chain.length - 1), { name: `${name}_${String(chain.length)}`, reset: 0n }),
      );
    return at(chain, cycle);
  }
}
