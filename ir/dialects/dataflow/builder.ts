import { Builder } from "../../core/builder.ts";
import { Block, type Operation, Region, type Value } from "../../core/operation.ts";
import {
  bundleType,
  type ElementType,
  i8,
  i32,
  memrefType,
  type StreamType,
  streamType,
  type Type,
  tokenType,
  vectorType,
} from "../../core/type.ts";
import { CompilerBug, present } from "../../support/bug.ts";
import { builtSpan, type Span } from "../../support/diagnostics.ts";
import { LoopBuilder } from "../loops/builder.ts";
import {
  BufferOp,
  BurstReadOp,
  BurstWriteOp,
  CommandOp,
  DataflowYieldOp,
  DoneOp,
  KernelOp,
  ScheduleOp,
  StreamOp,
} from "./ops.ts";

type MemoryKind = "reg" | "lut" | "block";

/** Connections of a kernel by name; one that is undefined does not exist. */
type Connections = Readonly<Record<string, Value | undefined>>;

/** What the body of a kernel is written with: a loop builder, the connections by name, the fields of the command. */
export interface KernelScope<C extends Connections, F extends string> {
  readonly b: LoopBuilder;
  readonly port: C;
  readonly field: Readonly<Record<F, Value>>;
}

/** A kernel to build. `command` is the stream its commands come from; `fields` name the fields of its bundle in order. */
export interface KernelParts<C extends Connections, F extends string> {
  readonly name: string;
  readonly command: Value;
  readonly fields: readonly F[];
  /** Shares its float units with the kernels of the same pool, of which one runs at a time. */
  readonly unitPool?: string | undefined;
  readonly done?: Value;
  readonly connections: C;
  readonly body: (scope: KernelScope<C, F>) => void;
}

/** Builds one `dataflow.schedule`. */
export class ScheduleBuilder {
  readonly name: string;
  readonly #builder: Builder;

  /** `outside` are the schedule's connections: streams from and to the host, external memories. */
  constructor(
    name: string,
    outside: readonly { readonly name: string; readonly type: Type }[],
    span: Span = builtSpan(name),
  ) {
    this.name = name;
    this.#builder = new Builder(
      new Block(
        outside.map((port) => port.type),
        outside.map((port) => port.name),
      ),
      span,
    );
  }

  /** The `index`-th connection to the outside. */
  outside(index: number): Value {
    return present(this.#builder.block.args[index], `connection ${String(index)} of ${this.name}`);
  }

  stream(name: string, element: StreamType["element"], depth = 2): Value {
    return this.#builder.value(
      StreamOp.create({
        operands: {},
        attrs: { name, depth },
        resultTypes: [streamType(element)],
        span: this.#builder.span,
      }),
      name,
    );
  }

  /** A stream of commands with these fields. */
  commands(name: string, fields: readonly ElementType[], depth = 2): Value {
    return this.stream(name, bundleType(fields), depth);
  }

  tokens(name: string, depth = 2): Value {
    return this.stream(name, tokenType, depth);
  }

  buffer(
    name: string,
    shape: readonly number[],
    element: ElementType,
    how: MemoryKind | { readonly storage?: MemoryKind; readonly readPorts?: number } = {},
  ): Value {
    const { storage, readPorts } =
      typeof how === "string" ? { storage: how } : { storage: undefined, ...how };
    return this.#builder.value(
      BufferOp.create({
        operands: {},
        attrs: { name, storage, partition: undefined, read_ports: readPorts },
        resultTypes: [memrefType(shape, element)],
        span: this.#builder.span,
      }),
      name,
    );
  }

  /** A kernel; give the same buffer or stream to several kernels to join them. */
  kernel<const C extends Connections, const F extends string>(parts: KernelParts<C, F>): Operation {
    const entries: (readonly [string, Value])[] = [
      ["command", parts.command],
      ...Object.entries<Value | undefined>(parts.connections).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      ),
    ];
    if (parts.done !== undefined) entries.push(["done", parts.done]);
    const block = new Block(
      entries.map(([, value]) => value.type),
      entries.map(([name]) => name),
    );
    const b = new LoopBuilder(block, this.#builder.span);
    const arg = (name: string): Value =>
      present(block.args[entries.findIndex(([key]) => key === name)], `connection ${name}`);
    const types = fieldTypes(parts.command);
    if (types.length !== parts.fields.length)
      throw new CompilerBug(
        `kernel ${parts.name} names ${String(parts.fields.length)} of ${String(types.length)} command fields`,
      );
    const command = b.insert(
      CommandOp.create({ operands: { stream: arg("command") }, resultTypes: types, attrs: {}, span: b.span }),
    );
    const field = Object.fromEntries(
      parts.fields.map((name, index) => {
        const value = present(command.results[index], name);
        value.hint = name;
        return [name, value];
      }),
    ) as Record<F, Value>; // keys are parts.fields
    const port = Object.fromEntries(
      Object.entries(parts.connections).map(([name, value]) => [
        name,
        value === undefined ? undefined : arg(name),
      ]),
    ) as C; // the same keys, values where they are there
    parts.body({ b, port, field });
    if (parts.done !== undefined)
      b.insert(DoneOp.create({ operands: { stream: arg("done") }, attrs: {}, span: b.span }));
    b.insert(DataflowYieldOp.create({ operands: {}, attrs: {}, span: b.span }));
    return this.#builder.insert(
      KernelOp.create({
        operands: {},
        rest: entries.map(([, value]) => value),
        attrs: { sym_name: parts.name, unit_pool: parts.unitPool },
        regions: [new Region(block)],
        span: this.#builder.span,
      }),
    );
  }

  /** Requests {byte address, beats} become beats of `bytes` bytes. */
  burstRead(
    name: string,
    ends: { readonly memory: Value; readonly requests: Value; readonly data: Value },
    maxBurst = 16,
  ): void {
    this.#builder.insert(
      BurstReadOp.create({ operands: ends, attrs: { name, max_burst: maxBurst }, span: this.#builder.span }),
    );
  }
  burstWrite(
    name: string,
    ends: { readonly memory: Value; readonly requests: Value; readonly data: Value; readonly done: Value },
    maxBurst = 16,
  ): void {
    this.#builder.insert(
      BurstWriteOp.create({ operands: ends, attrs: { name, max_burst: maxBurst }, span: this.#builder.span }),
    );
  }

  finish(): Operation {
    const { block, span } = this.#builder;
    block.append(DataflowYieldOp.create({ operands: {}, attrs: {}, span }));
    return ScheduleOp.create({
      operands: {},
      attrs: { sym_name: this.name },
      regions: [new Region(block)],
      span,
    });
  }
}

/** The element type of burst requests: byte address, beats. */
export const REQUEST_TYPE = bundleType([i32, i32]);

/** The element type of beats of `bytes` bytes. */
export function beatType(bytes: number): ElementType {
  return vectorType(bytes, i8);
}

function fieldTypes(command: Value): readonly Type[] {
  if (command.type.kind !== "stream") throw new CompilerBug("commands come from a stream");
  const { element } = command.type;
  if (element.kind === "bundle") return element.fields;
  return element.kind === "token" ? [] : [element];
}
