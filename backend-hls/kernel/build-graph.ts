import {
  AffineForOp,
  AffineLoadOp,
  AffineStoreOp,
  asConstantBound,
  at,
  CommandOp,
  CompilerBug,
  DoneOp,
  fail,
  KernelOp,
  MemRefAllocOp,
  type Operation,
  ok,
  present,
  printType,
  ReadOp,
  type Result,
  ScfIfOp,
  type Value,
  WriteOp,
} from "../../ir/index.ts";
import { unpartitioned } from "./array-layout.ts";
import { convertPure, selectNodes } from "./convert-arith.ts";
import { ConvertScope, fieldTypesOf, isInteger, Unsupported, widthOfType } from "./convert-scope.ts";
import { storedArrays, withoutCast } from "./kernel-values.ts";
import { linearConstant, linearCounter } from "./linear.ts";
import { isFullyUnrolled, isPerfect } from "./nest-shape.ts";
import {
  type ArrayLayout,
  type KernelArray,
  type KernelGraph,
  type KernelLoop,
  type KernelStream,
  type Linear,
  mostTrips,
  type NodeId,
} from "./node.ts";
import { NodeBuilder } from "./node-builder.ts";
import { ScalarState } from "./scalar-state.ts";
import { affineTrip, computedBound, isInside } from "./trip-count.ts";
import { withoutUnused } from "./unused-nodes.ts";

/** Turns a `dataflow.kernel` into the graph of one iteration of its nest; inner loops are unrolled, guards become predicates. */
export function buildKernelGraph(
  kernel: Operation,
  layoutOf: LayoutChoice = unpartitioned,
): Result<KernelGraph> {
  try {
    return ok(new GraphBuilder(kernel, layoutOf).build());
  } catch (error) {
    if (error instanceof Unsupported) return fail(error.diagnostic);
    throw error;
  }
}

/** The layout of an array; asked once per array. */
export type LayoutChoice = (array: KernelArray, index: number) => ArrayLayout;

class GraphBuilder {
  readonly #name: string;
  readonly #body: Operation[];
  readonly #arguments: readonly Value[];
  readonly #scope: ConvertScope;
  readonly #arrays: KernelArray[] = [];
  readonly #streams: KernelStream[] = [];
  readonly #loops: KernelLoop[] = [];
  readonly #scalars: ScalarState;
  #targetIi = 1;
  readonly #poolsUnits: boolean;
  #fields: readonly Value[] = [];
  #command: KernelStream | undefined;

  readonly #layouts: readonly ArrayLayout[];

  constructor(kernel: Operation, layoutOf: LayoutChoice) {
    const view = present(KernelOp.match(kernel), "a kernel");
    this.#name = view.attrs.sym_name;
    this.#poolsUnits = view.attrs.unit_pool !== undefined;
    const { block } = at(kernel.regions, 0);
    this.#body = block.ops;
    this.#arguments = block.args;
    const arrayValues = this.#collectArrays(kernel);
    const stored = storedArrays(kernel, arrayValues);
    const builder = new NodeBuilder(kernel.span, stored);
    this.#scope = new ConvertScope(this.#name, builder);
    this.#layouts = this.#arrays.map(layoutOf);
    this.#scalars = new ScalarState(this.#scope, this.#arrays, this.#layouts);
    arrayValues.forEach((value, index) => {
      this.#scope.bindArray(value, index);
    });
  }

  build(): KernelGraph {
    const { builder } = this.#scope;
    for (const op of this.#body) this.#convertTop(op);
    this.#scalars.flush();
    const nodes = withoutUnused(builder.nodes);
    return {
      name: this.#name,
      loops: this.#loops,
      targetIi: this.#targetIi,
      poolsUnits: this.#poolsUnits,
      fields: this.#fields.map((field) => widthOfType(field.type)),
      command: present(this.#command, `the command of kernel ${this.#name}`),
      streams: this.#streams,
      arrays: this.#arrays,
      layouts: this.#layouts,
      nodes,
    };
  }

  /** Shared arrays (block arguments), then local ones. */
  #collectArrays(kernel: Operation): readonly Value[] {
    const values: Value[] = [];
    const add = (value: Value, what: Omit<KernelArray, "shape" | "width">): void => {
      if (value.type.kind !== "memref") throw new CompilerBug("an array is a memref");
      values.push(value);
      this.#arrays.push({ ...what, shape: value.type.shape, width: widthOfType(value.type.element) });
    };
    this.#arguments.forEach((argument, index) => {
      if (argument.type.kind === "memref")
        add(argument, {
          name: argument.hint ?? `array${String(index)}`,
          storage: undefined,
          shared: index,
          partition: undefined,
        });
    });
    for (const op of kernel.walk()) {
      const alloc = MemRefAllocOp.match(op);
      if (alloc !== undefined)
        add(op.result, {
          name: alloc.attrs.name ?? `local${String(values.length)}`,
          storage: alloc.attrs.storage,
          shared: undefined,
          partition: alloc.attrs.partition,
        });
    }
    return values;
  }

  #convertTop(op: Operation): void {
    const command = CommandOp.match(op);
    if (command !== undefined) {
      this.#bindCommand(command.operands.stream, op);
      return;
    }
    const done = DoneOp.match(op);
    if (done !== undefined) {
      this.#scope.builder.effect(
        { kind: "done", stream: this.#streamOf(done.operands.stream) },
        [],
        0,
        undefined,
      );
      return;
    }
    if (op.name === "dataflow.yield") return;
    this.#convertOp(op, true);
  }

  #bindCommand(stream: Value, op: Operation): void {
    const argument = this.#arguments.indexOf(stream);
    const width = op.results.reduce((sum, field) => sum + widthOfType(field.type), 0);
    this.#command = { name: stream.hint ?? "command", argument, width };
    this.#fields = op.results;
    op.results.forEach((field, index) => {
      this.#scope.bind(field, this.#scope.builder.field(index, widthOfType(field.type)));
    });
  }

  #streamOf(value: Value): number {
    const argument = this.#arguments.indexOf(value);
    const known = this.#streams.findIndex((stream) => stream.argument === argument);
    if (known >= 0) return known;
    const width = fieldTypesOf(value.type).reduce((sum, type) => sum + widthOfType(type), 0);
    return this.#streams.push({ name: value.hint ?? `stream${String(argument)}`, argument, width }) - 1;
  }

  #convertBlock(ops: readonly Operation[], nest: boolean): void {
    for (const op of ops) this.#convertOp(op, nest);
  }

  #convertOp(op: Operation, nest: boolean): void {
    const scope = this.#scope;
    scope.builder.span = op.span;
    if (op.name === "memref.alloc" || op.name === "affine.yield" || op.name === "scf.yield") return;
    if (convertPure(scope, op)) return;
    const loop = AffineForOp.match(op);
    if (loop !== undefined) {
      this.#convertLoop(op, nest);
      return;
    }
    const branch = ScfIfOp.match(op);
    if (branch !== undefined) {
      this.#convertIf(op, branch.operands.condition);
      return;
    }
    const load = AffineLoadOp.match(op);
    if (load !== undefined) {
      const subscripts = scope.subscripts(load.attrs.map, load.rest);
      const node = this.#scalars.load(
        scope.array(load.operands.memref),
        subscripts,
        widthOfType(op.result.type),
      );
      scope.bind(op.result, node);
      return;
    }
    const store = AffineStoreOp.match(op);
    if (store !== undefined) {
      this.#scalars.store(
        scope.array(store.operands.memref),
        scope.subscripts(store.attrs.map, store.rest),
        scope.raw(store.operands.value),
      );
      return;
    }
    const read = ReadOp.match(op);
    if (read !== undefined) {
      this.#convertRead(op, read.operands.stream);
      return;
    }
    const write = WriteOp.match(op);
    if (write !== undefined) {
      const data = write.rest.map((value) => scope.raw(value));
      scope.builder.effect(
        { kind: "write", stream: this.#streamOf(write.operands.stream) },
        data.length === 0 ? [] : [scope.builder.join(data)],
        0,
        scope.predicate,
      );
      return;
    }
    scope.unsupported(`operation ${op.name}`, "an operation that hardware can be made of", op);
  }

  #convertRead(op: Operation, stream: Value): void {
    const scope = this.#scope;
    const types = fieldTypesOf(stream.type);
    const width = types.reduce((sum, type) => sum + widthOfType(type), 0);
    const node = scope.builder.effect(
      { kind: "read", stream: this.#streamOf(stream) },
      [],
      width,
      scope.predicate,
    );
    let low = 0;
    op.results.forEach((result, index) => {
      const bits = widthOfType(at(types, index));
      scope.bind(result, scope.builder.slice(node, low, bits));
      low += bits;
    });
  }

  #convertIf(op: Operation, condition: Value): void {
    const scope = this.#scope;
    const guard = scope.node(condition);
    const known = scope.builder.constantOf(guard);
    const run = (region: number, when: NodeId): readonly NodeId[] =>
      scope.under(when, () => {
        const { block } = at(op.regions, region);
        this.#convertBlock(block.ops, false);
        return (
          block.last?.operands.map((value) =>
            isInteger(value.type) ? scope.node(value) : scope.raw(value),
          ) ?? []
        );
      });
    if (known !== undefined) {
      const values = run(known === 1n ? 0 : 1, scope.builder.constant(1n, 1));
      op.results.forEach((result, index) => {
        scope.bind(result, at(values, index));
      });
      return;
    }
    const whenTrue = run(0, guard);
    const whenFalse = run(1, scope.builder.not(guard));
    op.results.forEach((result, index) => {
      scope.bind(result, selectNodes(scope, guard, [at(whenTrue, index), at(whenFalse, index)], result.type));
    });
  }

  #convertLoop(op: Operation, nest: boolean): void {
    const view = present(AffineForOp.match(op), op.name);
    const { block } = at(op.regions, 0);
    const counter = at(block.args, 0);
    const from = present(asConstantBound(view.attrs.lowerBound), "a constant lower bound");
    const to = asConstantBound(view.attrs.upperBound);
    if (!nest || isFullyUnrolled(view.attrs.unroll, from, to, view.attrs.step)) {
      this.#unroll(op, from, to, view.attrs.step);
      return;
    }
    this.#targetIi = Math.max(this.#targetIi, view.attrs.ii ?? 1);
    const computed = to === undefined ? computedBound(this.#scope, this.#loops, op) : undefined;
    const trip = this.#tripOf(op, from, to ?? computed?.most);
    this.#checkPerfect(op, block.ops);
    if (trip.kind === "constant" && trip.count === 1 && computed === undefined) {
      // nothing to count
      this.#scope.bindLinear(counter, linearConstant(from));
      this.#convertBlock(block.ops, true);
      return;
    }
    const index = this.#addLoop(op, from, trip);
    this.#whereEntered(index, computed?.results ?? [], () => {
      this.#convertBlock(block.ops, true);
    });
  }

  /** A loop of the nest; its number. */
  #addLoop(op: Operation, from: number, trip: KernelLoop["trip"]): number {
    const { attrs } = present(AffineForOp.match(op), op.name);
    if (trip.kind !== "constant" && (from !== 0 || attrs.step !== 1))
      this.#scope.unsupported(
        "a symbolic loop that does not count 0, 1, 2, …",
        "lower bound 0 and step 1",
        op,
      );
    const counter = at(at(op.regions, 0).block.args, 0);
    const index = this.#loops.length;
    const name = attrs.dim ?? counter.hint ?? `i${String(index)}`;
    const loop: KernelLoop = { name, from, step: attrs.step, trip };
    this.#loops.push(loop);
    const largest = from + attrs.step * Math.max(1, mostTrips(loop));
    this.#scope.counterWidths.push(largest.toString(2).length + 1);
    this.#scope.bindLinear(counter, linearCounter(index));
    return index;
  }

  /** The body of a loop; it does nothing behind a bound that is computed, nor in the one iteration of a bound that leaves none. */
  #whereEntered(index: number, computed: readonly Linear[], body: () => void): void {
    const { trip } = at(this.#loops, index);
    const scope = this.#scope;
    const bounds = computed.map((sum) => ({ sum, divisor: 1 }));
    if (trip.kind === "affine" && trip.min < 1) bounds.push(...trip.bounds);
    if (bounds.length > 0) scope.under(isInside(scope, index, bounds), body);
    else body();
  }

  #tripOf(op: Operation, from: number, to: number | undefined): KernelLoop["trip"] {
    const view = present(AffineForOp.match(op), op.name);
    if (to === undefined)
      return affineTrip(this.#scope, this.#loops, op) ?? this.#fieldTrip(op, view.rest, view.attrs.max_trip);
    return { kind: "constant", count: Math.max(0, Math.ceil((to - from) / view.attrs.step)) };
  }

  /** Beside an inner loop of the nest only pure operations may stand. */
  #checkPerfect(op: Operation, ops: readonly Operation[]): void {
    if (!isPerfect(ops))
      this.#scope.unsupported("an imperfect nest", "one inner loop, and beside it only pure operations", op);
  }

  #fieldTrip(op: Operation, operands: readonly Value[], max: number | undefined): KernelLoop["trip"] {
    const bound = at(operands, operands.length - 1);
    const index = this.#fields.indexOf(withoutCast(bound));
    if (index < 0)
      return this.#scope.unsupported(
        `a loop bound of type ${printType(bound.type)} that is not a command field`,
        "a number or a command field",
        op,
      );
    return { kind: "field", index, max: present(max, "max_trip of a symbolic loop") };
  }

  #unroll(op: Operation, from: number, to: number | undefined, step: number): void {
    if (to === undefined)
      this.#scope.unsupported("an inner loop with a symbolic bound", "a constant trip count", op);
    const { block } = at(op.regions, 0);
    for (let value = from; value < to; value += step) {
      this.#scope.bindLinear(at(block.args, 0), linearConstant(value));
      this.#convertBlock(block.ops, false);
    }
  }
}
