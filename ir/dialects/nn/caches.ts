import type { Operation, Value } from "../../core/operation.ts";
import { printType, sameType, type Type } from "../../core/type.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { cacheElement, shapeMismatch, unevenHeads, unknownCache } from "./diagnostics.ts";
import { shapeOf } from "./shapes.ts";
import { KvCacheOp } from "./structure-ops.ts";

/** The shape of a cache, as `nn.kv_cache` declares it. */
export interface CacheShape {
  readonly blocks: number;
  /** Positions of a block: also the blocks of the softmax. */
  readonly block_size: number;
  readonly kv_heads: number;
  readonly head_dim: number;
  readonly element: Type;
}

/** The declaration of the cache `name` in the program that `op` is part of. */
export function findCache(op: Operation, name: string): CacheShape | undefined {
  let root = op;
  for (let outer = root.parent?.parent?.parent; outer !== undefined; outer = root.parent?.parent?.parent)
    root = outer;
  for (const candidate of root.regions.flatMap(({ blocks }) => blocks).flatMap(({ ops }) => ops)) {
    const declared = KvCacheOp.match(candidate);
    if (declared?.attrs.sym_name === name) return declared.attrs;
  }
  return undefined;
}

/** What an operation does with its cache. */
interface CacheUse {
  readonly op: Operation;
  readonly cache: string;
  readonly element: Type;
  /** Values with one row of all key/value heads' channels. */
  readonly stored: Readonly<Record<string, Value>>;
  /** Values with one number per key/value head. */
  readonly scales?: Readonly<Record<string, Value>>;
  /** Values with one row of all query heads' channels. */
  readonly queries?: Readonly<Record<string, Value>>;
}

/** Problems between an operation and the cache that it names. */
export function cacheProblems(use: CacheUse): readonly Diagnostic[] {
  const { op, cache } = use;
  const shape = findCache(op, cache);
  if (shape === undefined) return [unknownCache(op.span, { op: op.name, cache })];
  if (!sameType(shape.element, use.element)) {
    return [
      cacheElement(op.span, {
        op: op.name,
        cache,
        actual: printType(shape.element),
        wanted: printType(use.element),
      }),
    ];
  }
  return [
    ...widthProblems(op, use.stored, shape.kv_heads * shape.head_dim),
    ...widthProblems(op, use.scales ?? {}, shape.kv_heads),
    ...Object.values(use.queries ?? {}).flatMap(({ type }) => {
      const [, channels = 0] = shapeOf(type);
      const group = shape.kv_heads * shape.head_dim;
      return channels % group === 0
        ? []
        : [unevenHeads(op.span, { op: op.name, channels, part: group, what: "groups" })];
    }),
  ];
}

function widthProblems(
  op: Operation,
  values: Readonly<Record<string, Value>>,
  width: number,
): readonly Diagnostic[] {
  return Object.entries(values).flatMap(([value, { type }]) => {
    const [rows = 0, channels] = shapeOf(type);
    return channels === width
      ? []
      : [
          shapeMismatch(op.span, {
            op: op.name,
            value,
            actual: printType(type),
            wanted: `the shape ${String(rows)}x${String(width)} of the cache`,
          }),
        ];
  });
}

/** The scales of queries are one per head as wide as the cache's. */
export function queryHeadProblems(op: Operation, cache: string, q: Value, t: Value): readonly Diagnostic[] {
  const [, channels = 0] = shapeOf(q.type);
  const [rows = 0, heads] = shapeOf(t.type);
  const wanted = channels / (findCache(op, cache)?.head_dim ?? channels);
  return heads === wanted
    ? []
    : [
        shapeMismatch(op.span, {
          op: op.name,
          value: "t",
          actual: printType(t.type),
          wanted: `the shape ${String(rows)}x${String(wanted)}: one scale per head`,
        }),
      ];
}
