import type { Attribute, Attributes } from "../../core/attribute.ts";
import { i64Attr } from "../../core/constraint.ts";
import { Operation, type Value } from "../../core/operation.ts";
import type { MemRefType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { type Nest, nestsOf } from "../analysis/nests.ts";
import { badDirective } from "../diagnostics.ts";
import { arrayType } from "../model/arrays.ts";
import { type Loop, type LoopProgram, moveArrays, statementsOf } from "../model/program.ts";
import { normalizeLoops } from "./normalize.ts";
import { type NestSchedule, scheduleNest } from "./schedule-nest.ts";

/** What a user asks of a loop. */
export interface LoopDirective {
  readonly unroll?: number | undefined;
  readonly tile?: number | undefined;
  readonly ii?: number | undefined;
}

/** What a user asks of an array: banks per dimension, dealt out one after the other, and how it is built. */
export interface ArrayDirective {
  readonly partition?: readonly (number | "complete")[] | undefined;
  readonly storage?: "reg" | "lut" | "block" | undefined;
}

/** What a user asks for beside the text; loops and arrays by name. It goes before the attributes of the text. */
export interface Directives {
  readonly loops?: Readonly<Record<string, LoopDirective>> | undefined;
  /** Orders, outermost first; each holds for the nests that have just these loops. */
  readonly orders?: readonly (readonly string[])[] | undefined;
  readonly arrays?: Readonly<Record<string, ArrayDirective>> | undefined;
  /** Reductions whose operations allow it may be reordered, and unrolled terms become trees. */
  readonly reassociate?: boolean | undefined;
}

/**
 * Applies what the user asks for: the attributes `unroll`, `tile`, `ii` and `order` ("k,i,j") of loops, and `directives`,
 * which win. What names nothing, or what a nest cannot have, is a diagnostic. Array directives become attributes of the
 * array's `memref.alloc`, or for arguments the function's attribute `arrays`.
 */
export function applyDirectives(program: LoopProgram, directives: Directives = {}): Result<LoopProgram> {
  const normal = normalizeLoops(program);
  if (normal.kind === "error") return normal;
  const unknown = unknownNames(normal.value, directives);
  if (unknown.length > 0) return fail(...unknown);
  let current = normal.value;
  for (const nest of nestsOf(current)) {
    const schedule = askedSchedule(nest, directives);
    if (schedule === undefined || nest.node.kind !== "loop") continue;
    const made = scheduleNest(current, nest.node, schedule);
    if (made.kind === "error") return made;
    current = made.value;
  }
  return withArrays(current, directives.arrays ?? {});
}

/** The name of a loop in directives and reports. */
export function loopName({ attributes, counter }: Loop): string {
  const { dim } = attributes;
  return dim?.kind === "string" ? dim.value : counter.name;
}

function unknownNames(program: LoopProgram, { loops = {}, orders = [] }: Directives): readonly Diagnostic[] {
  const known = new Set(statementsOf(program.body).flatMap((placed) => placed.loops.map(loopName)));
  const wanted = [...Object.keys(loops), ...orders.flat()];
  return [...new Set(wanted)]
    .filter((name) => !known.has(name))
    .map((name) =>
      badDirective(program.func.span, {
        what: `loop ${name}`,
        reason: "there is no such loop",
        known: [...known],
      }),
    );
}

function askedSchedule(nest: Nest, directives: Directives): NestSchedule | undefined {
  const names = nest.loops.map(loopName);
  const order = orderOf(nest, names, directives.orders ?? []);
  const sizes = (key: "tile" | "unroll"): ReadonlyMap<number, number> =>
    new Map(
      nest.loops.flatMap((loop, place) => {
        const size = directives.loops?.[loopName(loop)]?.[key] ?? numberOf(loop.attributes, key);
        return size === undefined || size < 2 ? [] : [[place, size] as const];
      }),
    );
  const [tiles, unroll] = [sizes("tile"), sizes("unroll")];
  const intervals = nest.loops.flatMap(
    (loop) => directives.loops?.[loopName(loop)]?.ii ?? numberOf(loop.attributes, "ii") ?? [],
  );
  const ii = intervals.length === 0 ? {} : { ii: Math.max(...intervals) };
  if (order === undefined && tiles.size + unroll.size + intervals.length === 0) return undefined;
  // In an imperfect nest `unroll` and `ii` are read where the kernel is made.
  if (!nest.isPerfect && order === undefined && tiles.size === 0) return undefined;
  return {
    ...(order === undefined ? {} : { order }),
    tiles,
    unroll,
    ...ii,
    reassociate: directives.reassociate === true,
  };
}

function numberOf(attributes: Attributes, name: string): number | undefined {
  const attribute = attributes[name];
  return attribute?.kind === "int" ? Number(attribute.value) : undefined;
}

function orderOf(
  nest: Nest,
  names: readonly string[],
  orders: readonly (readonly string[])[],
): readonly number[] | undefined {
  const given = orders.find((order) => [...order].sort().join() === [...names].sort().join());
  const written = nest.loops.flatMap(({ attributes }) => {
    const attribute = attributes["order"];
    return attribute?.kind === "string" ? [attribute.value.split(",").map((name) => name.trim())] : [];
  })[0];
  const order = given ?? written;
  return order?.map((name) => names.indexOf(name));
}

function withArrays(
  program: LoopProgram,
  arrays: Readonly<Record<string, ArrayDirective>>,
): Result<LoopProgram> {
  const problems: Diagnostic[] = [];
  const args = at(program.func.regions, 0).block.args;
  const replaced = new Map<Operation, Operation>();
  let noted: Attributes = {};
  for (const [name, directive] of Object.entries(arrays)) {
    const op = program.arrays.find((each) => nameOf(each.result) === name);
    const value = op?.result ?? args.find((arg) => arg.hint === name && arg.type.kind === "memref");
    const problem =
      value === undefined ? "there is no such array" : arrayProblem(arrayType(value), directive);
    if (problem !== undefined) {
      const known = [...program.arrays.map((each) => each.result), ...args].map(nameOf);
      problems.push(badDirective(program.func.span, { what: `array ${name}`, reason: problem, known }));
    }
    if (value === undefined || problem !== undefined) continue;
    const attributes = arrayAttributes(arrayType(value), directive);
    if (op === undefined) noted = { ...noted, [name]: { kind: "dict", entries: attributes } };
    else replaced.set(op, withAttributes(op, attributes));
  }
  if (problems.length > 0) return fail(...problems);
  return ok(noteArrays(moveArrays(program, replaced), noted));
}

function nameOf(value: Value): string {
  const name = value.producer?.attribute("name");
  return name?.kind === "string" ? name.value : (value.hint ?? "");
}

function arrayProblem({ shape }: MemRefType, { partition }: ArrayDirective): string | undefined {
  if (partition === undefined) return undefined;
  if (partition.length !== shape.length)
    return `it has ${String(shape.length)} dimensions and the partition ${String(partition.length)}`;
  const odd = partition.find((banks, index) => {
    if (banks === "complete") return false;
    return !Number.isInteger(banks) || banks < 1 || banks > at(shape, index);
  });
  return odd === undefined ? undefined : `${String(odd)} banks do not fit its shape ${shape.join("x")}`;
}

function arrayAttributes({ shape }: MemRefType, { partition, storage }: ArrayDirective): Attributes {
  const banks = partition?.map((count, index) => (count === "complete" ? at(shape, index) : count));
  return {
    ...(banks === undefined
      ? {}
      : { partition: { kind: "array", elements: banks.map((count): Attribute => i64Attr.write(count)) } }),
    ...(storage === undefined ? {} : { storage: { kind: "string", value: storage } }),
  };
}

function withAttributes(op: Operation, attributes: Attributes): Operation {
  const { name, span, result } = op;
  const made = new Operation({
    name,
    span,
    resultTypes: [result.type],
    attributes: { ...op.attributes, ...attributes },
  });
  made.result.hint = result.hint;
  return made;
}

/** Directives on arguments as the function's attribute `arrays`. */
function noteArrays(program: LoopProgram, noted: Attributes): LoopProgram {
  if (Object.keys(noted).length === 0) return program;
  const before = program.attributes?.["arrays"] ?? program.func.attribute("arrays");
  const entries = before?.kind === "dict" ? { ...before.entries, ...noted } : noted;
  return { ...program, attributes: { ...program.attributes, arrays: { kind: "dict", entries } } };
}
