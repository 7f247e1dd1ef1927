import { type AffineMap, constantMap, identityMapOf } from "../../core/affine.ts";
import type { Attribute } from "../../core/attribute.ts";
import { verify } from "../../core/dialect.ts";
import { Block, Operation, Region, type Value } from "../../core/operation.ts";
import {
  bundleType,
  f32,
  i32,
  type MemRefType,
  type StreamType,
  streamType,
  type Type,
} from "../../core/type.ts";
import { AffineForOp, AffineLoadOp, AffineStoreOp, AffineYieldOp } from "../../dialects/affine/ops.ts";
import { ArithConstantOp } from "../../dialects/arith/ops.ts";
import {
  BufferOp,
  BurstReadOp,
  BurstWriteOp,
  CommandOp,
  DataflowYieldOp,
  DoneOp,
  KernelOp,
  ReadOp,
  ScheduleOp,
  StreamOp,
  WriteOp,
} from "../../dialects/dataflow/ops.ts";
import { FuncOp, ReturnOp } from "../../dialects/func/ops.ts";
import { MemRefAllocOp } from "../../dialects/memref/ops.ts";
import { ALL_OPS } from "../../dialects/registry.ts";
import { ScfIfOp, ScfYieldOp } from "../../dialects/scf/ops.ts";
import { at, CompilerBug } from "../../support/bug.ts";
import { builtSpan, renderDiagnostic } from "../../support/diagnostics.ts";

/** Appends operations of levels 3 and 4 to a block, for tests. */
export class Program {
  block: Block;

  constructor(block: Block) {
    this.block = block;
  }

  add(op: Operation): Operation {
    this.block.append(op);
    return op;
  }

  /** Any operation with one result. */
  op(
    name: string,
    operands: readonly Value[],
    type: Type,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    return this.add(
      new Operation({ name, operands, resultTypes: [type], attributes, span: builtSpan("test") }),
    ).result;
  }

  constant(value: bigint, type: Type): Value {
    return this.add(
      ArithConstantOp.create({
        operands: {},
        resultTypes: [type],
        attrs: { value: { kind: "int", value, type } },
      }),
    ).result;
  }

  float(value: number): Value {
    return this.add(
      ArithConstantOp.create({
        operands: {},
        resultTypes: [f32],
        attrs: { value: { kind: "float", value, type: f32 } },
      }),
    ).result;
  }

  alloc(type: MemRefType): Value {
    return this.add(
      MemRefAllocOp.create({
        operands: {},
        resultTypes: [type],
        attrs: { name: undefined, storage: undefined, partition: undefined },
      }),
    ).result;
  }

  /** A loop from 0 to a number or a value. */
  loop(to: number | Value, body: (counter: Value) => void, maxTrip?: number): void {
    const block = new Block([{ kind: "index" }], ["i"]);
    const upperBound: AffineMap =
      typeof to === "number"
        ? constantMap(to)
        : { dims: 0, symbols: 1, results: [{ kind: "symbol", index: 0 }] };
    this.add(
      AffineForOp.create({
        operands: {},
        rest: typeof to === "number" ? [] : [to],
        regions: [new Region(block)],
        attrs: {
          lowerBound: constantMap(0),
          upperBound,
          step: 1,
          unroll: undefined,
          ii: undefined,
          max_trip: maxTrip,
          dim: undefined,
        },
      }),
    );
    this.within(block, () => {
      body(at(block.args, 0));
      this.add(AffineYieldOp.create({ operands: {}, attrs: {} }));
    });
  }

  when(condition: Value, body: () => void): void {
    const [yes, no] = [new Block(), new Block()];
    this.add(
      ScfIfOp.create({ operands: { condition }, attrs: {}, regions: [new Region(yes), new Region(no)] }),
    );
    this.within(yes, () => {
      body();
      this.add(ScfYieldOp.create({ operands: {}, attrs: {} }));
    });
    this.within(no, () => this.add(ScfYieldOp.create({ operands: {}, attrs: {} })));
  }

  load(memref: Value, ...subscripts: readonly Value[]): Value {
    return this.loadAt(memref, identityMapOf(subscripts.length), subscripts);
  }

  loadAt(memref: Value, map: AffineMap, subscripts: readonly Value[]): Value {
    if (memref.type.kind !== "memref") throw new CompilerBug("no memref");
    return this.add(
      AffineLoadOp.create({
        operands: { memref },
        rest: subscripts,
        resultTypes: [memref.type.element],
        attrs: { map },
      }),
    ).result;
  }

  store(value: Value, memref: Value, ...subscripts: readonly Value[]): void {
    this.add(
      AffineStoreOp.create({
        operands: { value, memref },
        rest: subscripts,
        attrs: { map: identityMapOf(subscripts.length) },
      }),
    );
  }

  command(stream: Value, ...types: readonly Type[]): readonly Value[] {
    return this.add(CommandOp.create({ operands: { stream }, resultTypes: types, attrs: {} })).results;
  }

  read(stream: Value, ...types: readonly Type[]): readonly Value[] {
    return this.add(ReadOp.create({ operands: { stream }, resultTypes: types, attrs: {} })).results;
  }

  write(stream: Value, ...values: readonly Value[]): void {
    this.add(WriteOp.create({ operands: { stream }, rest: values, attrs: {} }));
  }

  done(stream: Value): void {
    this.add(DoneOp.create({ operands: { stream }, attrs: {} }));
  }

  stream(name: string, element: StreamType["element"], depth: number): Value {
    return this.add(
      StreamOp.create({ operands: {}, resultTypes: [streamType(element)], attrs: { name, depth } }),
    ).result;
  }

  buffer(name: string, type: MemRefType): Value {
    return this.add(
      BufferOp.create({
        operands: {},
        resultTypes: [type],
        attrs: { name, storage: undefined, partition: undefined, read_ports: undefined },
      }),
    ).result;
  }

  kernel(name: string, connections: readonly Value[], body: (...args: readonly Value[]) => void): void {
    const block = new Block(connections.map((value) => value.type));
    this.add(
      KernelOp.create({
        operands: {},
        rest: connections,
        attrs: { sym_name: name, unit_pool: undefined },
        regions: [new Region(block)],
      }),
    );
    this.within(block, () => {
      body(...block.args);
      this.add(DataflowYieldOp.create({ operands: {}, attrs: {} }));
    });
  }

  burstRead(memory: Value, requests: Value, data: Value): void {
    this.add(
      BurstReadOp.create({ operands: { memory, requests, data }, attrs: { name: "reader", max_burst: 16 } }),
    );
  }

  burstWrite(memory: Value, requests: Value, data: Value, done: Value): void {
    this.add(
      BurstWriteOp.create({
        operands: { memory, requests, data, done },
        attrs: { name: "writer", max_burst: 16 },
      }),
    );
  }

  within(block: Block, body: () => void): void {
    const outer = this.block;
    this.block = block;
    body();
    this.block = outer;
  }
}

/** A function of `inputs` whose body returns some values. */
export function functionOf(
  inputs: readonly Type[],
  body: (program: Program, ...args: readonly Value[]) => readonly Value[],
): Operation {
  const block = new Block(inputs);
  const program = new Program(block);
  const results = body(program, ...block.args);
  program.add(ReturnOp.create({ operands: {}, rest: results, attrs: {} }));
  return verified(
    FuncOp.create({
      operands: {},
      regions: [new Region(block)],
      attrs: {
        sym_name: "f",
        function_type: { kind: "function", inputs, results: results.map((value) => value.type) },
      },
    }),
  );
}

/** A schedule whose outside connections have the given types. */
export function scheduleOf(
  connections: readonly Type[],
  body: (program: Program, ...args: readonly Value[]) => void,
): Operation {
  const block = new Block(connections);
  const program = new Program(block);
  body(program, ...block.args);
  program.add(DataflowYieldOp.create({ operands: {}, attrs: {} }));
  return verified(
    ScheduleOp.create({ operands: {}, attrs: { sym_name: "s" }, regions: [new Region(block)] }),
  );
}

function verified(op: Operation): Operation {
  const problems = verify(op, ALL_OPS);
  if (problems.length > 0) throw new CompilerBug(problems.map(renderDiagnostic).join("\n"));
  return op;
}

/** A stream of requests to external memory: byte address and beats. */
export const requestType: StreamType = streamType(bundleType([i32, i32]));
