import {
  affineSum,
  at,
  i16,
  intType,
  type LoopBuilder,
  type ScheduleBuilder,
  type Subscript,
  type Value,
} from "../../../ir/index.ts";
import {
  all,
  type Bound,
  fromBf16,
  givenPort,
  holdLane,
  isFirst,
  isLast,
  LaneShifter,
  nest,
  not,
  register,
} from "../nest.ts";
import { outlierSlots } from "../packing.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { awaitVector, rowScale, sourceConnections, sourceFields, vectorPlace } from "./activation-source.ts";
import { productsOf } from "./array-products.ts";
import { type ArrayWeights, makeArrayWeights, weightConnections, weightFields } from "./array-weights.ts";
import { headUnits } from "./head-units.ts";
import { wholeSums, writeSums } from "./link.ts";
import { outlierAdder, productConnections } from "./outliers.ts";

/** Largest number of tiles and of beats of a tile of any matrix. */
export function largest(plan: Plan): { readonly tiles: number; readonly beats: number } {
  const matrices = [plan.qkv, plan.wo, plan.gateUp, plan.down, plan.head];
  return {
    tiles: Math.max(...matrices.map(({ tiles }) => tiles)),
    beats: Math.max(...matrices.map(({ beats }) => beats)),
  };
}

/** Partial sums of an output tile, or some of their bits. */
interface Accumulators {
  /** Of a lone group, which meets its sums in the next iteration: too soon for a RAM. */
  readonly lone: readonly Value[];
  /** Of several groups, where there can be several. */
  readonly shared: Value | undefined;
}

/**
 * Bits of a sum that are added in one cycle at the quickest clock of a device file (300 MHz). A wider sum is kept in two: the upper bits take
 * the carry of the lower ones later, so that neither waits for more than its own addition.
 */
const WIDEST_SUM = 25;
const LOWER_BITS = 16;

/** The bits of the partial sums, lowest first. */
function partsOf({ sumBits }: Plan): readonly number[] {
  return sumBits <= WIDEST_SUM ? [sumBits] : [LOWER_BITS, sumBits - LOWER_BITS];
}

function makeAccumulators(b: LoopBuilder, plan: Plan): readonly Accumulators[] {
  const { pn, pt, rows } = plan;
  return partsOf(plan).map((bits, part) => {
    const type = intType(bits);
    const name = (base: string): string => `${base}${part === 0 ? "" : "_upper"}`;
    return {
      lone: Array.from({ length: pt * pn }, (_, index) =>
        register(b, `${name("lone")}${String(index)}`, type),
      ),
      shared: rows > pt ? b.array(name("accumulators"), [rows, pn], type, { storage: "lut" }) : undefined,
    };
  });
}

/** Where a partial sum is, and which it is: `isNew` at a tile's first beat, `isShared` with several groups, `isKept` with neither. */
interface PartialSum extends Readonly<Record<"isNew" | "isShared" | "isKept", Value>> {
  readonly lane: number;
  readonly place: readonly Subscript[];
}

/** Adds to one partial sum and gives the total. */
function accumulate(
  b: LoopBuilder,
  { sumBits }: Plan,
  accumulators: readonly Accumulators[],
  { sum, ...which }: PartialSum & { readonly sum: Value },
): Value {
  const [first, upper] = [at(accumulators, 0), accumulators[1]];
  if (upper === undefined) return accumulatePart(b, first, which, (before) => b.addi(before, sum));
  const wide = (bits: Value): Value => b.extui(bits, LOWER_BITS + 1);
  let carried = b.int(0, LOWER_BITS + 1);
  const low = accumulatePart(b, first, which, (before) => {
    carried = b.addi(wide(before), wide(b.trunci(sum, LOWER_BITS)));
    return b.trunci(carried, LOWER_BITS);
  });
  const upperBits = sumBits - LOWER_BITS;
  const carry = b.extui(b.trunci(b.shrui(carried, b.int(LOWER_BITS, LOWER_BITS + 1)), 1), upperBits);
  const added = b.addi(b.trunci(b.shrsi(sum, b.int(LOWER_BITS, sumBits)), upperBits), carry);
  const high = accumulatePart(b, upper, which, (before) => b.addi(before, added));
  const shifted = b.shli(b.extui(high, sumBits), b.int(LOWER_BITS, sumBits));
  return b.ori(shifted, b.extui(low, sumBits));
}

/** The same for some of the bits: `add` gives the new ones. */
function accumulatePart(
  b: LoopBuilder,
  { lone, shared }: Accumulators,
  { isNew, isShared, isKept, lane, place }: PartialSum,
  add: (before: Value) => Value,
): Value {
  const own = b.load(at(lone, lane));
  const zero = b.constant(0, own.type);
  const started = shared === undefined ? zero : b.select(isNew, zero, b.load(shared, ...place));
  const total = add(b.select(isKept, own, started));
  b.store(total, at(lone, lane));
  if (shared !== undefined) {
    b.when(isShared, () => {
      b.store(total, shared, ...place);
    });
  }
  return total;
}

/** A row's elements that meet the `k`-th beat. */
function activationLanes(
  b: LoopBuilder,
  { pk, sumBits, activationCell }: Plan,
  activation: Value,
  { place, k }: { readonly place: readonly Subscript[]; readonly k: Value },
): readonly Value[] {
  const cells = pk / activationCell;
  return Array.from({ length: cells }, (_, cell) =>
    b.load(activation, ...place, affineSum([[k, cells]], cell)),
  )
    .flatMap((cell) => b.lanes(cell))
    .map((lane) => b.extsi(lane, sumBits));
}

/** What the array does in one iteration: the vector's place, the weights, and where the sums are. */
interface TileStep {
  readonly vector: {
    readonly activation: Value;
    readonly lead: readonly Subscript[];
    readonly k: Value;
    readonly group: Value;
  };
  readonly weights: ArrayWeights;
  readonly sums: readonly Accumulators[];
  readonly which: Readonly<Record<"isNew" | "isShared" | "isKept", Value>>;
}

/** Adds the products of a beat to the sums of `pn` channels and `pt` rows; gives the sums, rows outside. */
function accumulateTile(
  b: LoopBuilder,
  plan: Plan,
  { vector, weights, sums, which }: TileStep,
): readonly Value[] {
  const { pn, pk, pt } = plan;
  const rows = Array.from({ length: pt }, (_, p) => affineSum([[vector.group, pt]], p));
  const inputs = rows.map((row) =>
    activationLanes(b, plan, vector.activation, { place: [...vector.lead, row], k: vector.k }),
  );
  const channels = Array.from({ length: pn }, (_, n) => weights.lanes.slice(n * pk, (n + 1) * pk));
  return productsOf(b, plan, inputs, channels).flatMap((products, p) =>
    products.map((product, n) => {
      const factor = weights.factors?.[n];
      const sum = factor === undefined ? product : b.muli(product, factor);
      return accumulate(b, plan, sums, { sum, ...which, lane: p * pn + n, place: [at(rows, p), n] });
    }),
  );
}

/** An iteration of the array; `half` is there where input channels can take two beats. */
type ArrayIteration = (
  counters: Readonly<Record<"tile" | "k" | "group", Value>>,
  half: Value | undefined,
) => void;

/** Tiles, beats of a tile, halves of a beat's channels where there are any, groups of rows. */
function nestArray(
  b: LoopBuilder,
  { tile, k, group }: Readonly<Record<"tile" | "k" | "group", Bound>>,
  halves: Value | undefined,
  iterate: ArrayIteration,
): void {
  if (halves === undefined)
    nest(b, { tile, k, group }, (counters) => {
      iterate(counters, undefined);
    });
  else
    nest(b, { tile, k, half: { to: halves, max: 2 }, group }, (counters) => {
      iterate(counters, counters.half);
    });
}

/** The one matrix engine: pn x pk x pt products an iteration; a weight beat stays while all groups of rows pass. */
export function matmulKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { pt, rows } = plan;
  const { tiles: mostTiles, beats: mostBeats } = largest(plan);
  s.kernel({
    name: "matmul",
    command: w.matmulCommand,
    fields: [
      ...(["tiles", "beats", "groups", "isActive"] as const),
      ...sourceFields(plan),
      ...weightFields(plan),
      ...(w.link === undefined ? [] : (["isPartial"] as const)),
    ],
    connections: {
      ...sourceConnections(w),
      idleTaken: w.idleTaken,
      ...weightConnections(w),
      activation: w.activation8,
      sums: w.sums,
      partials: w.link?.partials,
    },
    body: ({ b, port, field }) => {
      const weightsOf = makeArrayWeights(b, plan, port, field);
      const sums = makeAccumulators(b, plan);
      const beats = { to: field.beats, max: mostBeats };
      const halves = givenPort(field, "halves");
      const iterate: ArrayIteration = ({ tile, k, group }, half) => {
        const inner = half === undefined ? [] : [half];
        awaitVector(b, { port, field }, isFirst(b, tile, k, ...inner, group));
        b.when(not(b, field.isActive), () => {
          b.write(port.idleTaken);
        });
        b.when(field.isActive, () => {
          const weights = weightsOf({ k, half, group });
          const isNew = isFirst(b, k, ...inner);
          const isShared = b.cmpi("sgt", field.groups, b.constant(1, field.groups.type));
          const isKept = all(b, not(b, isShared), not(b, isNew));
          const vector = { activation: port.activation, lead: vectorPlace(b, field), k, group };
          const totals = accumulateTile(b, plan, {
            vector,
            weights,
            sums,
            which: { isNew, isShared, isKept },
          });
          const isWhole =
            half === undefined || halves === undefined ? [] : [isLast(b, half, { to: halves, max: 2 })];
          b.when(all(b, isLast(b, k, beats), ...isWhole), () => {
            writeSums(b, port, givenPort(field, "isPartial"), b.vector(totals, intType(plan.sumBits)));
          });
        });
      };
      const bounds = {
        tile: { to: field.tiles, max: mostTiles },
        k: beats,
        group: { to: field.groups, max: rows / pt },
      };
      nestArray(b, bounds, halves, iterate);
    },
  });
}

/** y = (sum * scale of the channel) * scale of the row where it has one, one element an iteration, to whoever the matrix is for; for nobody, behind the last layer of a step without head, it only takes its token. */
export function dequantizeKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { pn, pt, rows } = plan;
  const outputs = { qkv: w.toQkv, residual: w.toResidual, activation: w.toActivation, argmax: w.toArgmax };
  s.kernel({
    name: "dequantize",
    command: w.dequantizeCommand,
    fields: [
      ...(["tiles", "groups", "toQkv", "toResidual", "toActivation", "toArgmax"] as const),
      ...(outlierSlots(plan) > 0 ? (["outliers"] as const) : []),
    ],
    connections: {
      rowsScaled: w.statics === undefined ? w.rowsScaled : undefined,
      scalesTaken: w.scalesTaken,
      sums: w.sums,
      totals: w.link?.totals,
      scales: w.scales,
      rowScales: w.statics === undefined ? w.rowScales : undefined,
      ...outputs,
      ...productConnections(w.outliers),
    },
    body: ({ b, port, field }) => {
      const shifter = new LaneShifter(b, "sum", pt * pn, intType(plan.sumBits));
      const targets = resultTargets(field, port);
      const cells = b.array("channel_scales", [pn], i16, { storage: "lut" });
      const withOutliers = outlierAdder(b, { plan, outliers: w.outliers }, port, field);
      const groups = { to: field.groups, max: rows / pt };
      const tiles = { to: field.tiles, max: largest(plan).tiles };
      nest(b, { tile: tiles, group: groups, p: pt, lane: pn }, ({ tile, group, p, lane }) => {
        const scaleOfRow = rowScale(b, port, isFirst(b, tile, group, p, lane));
        const isActive = targets.reduce((some, [bit]) => b.ori(some, bit), b.int(0, 1));
        b.when(all(b, not(b, isActive), isLast(b, p, pt), isLast(b, lane, pn)), () => {
          b.write(port.scalesTaken);
        });
        b.when(isActive, () => {
          const sum = shifter.next(b, isFirst(b, p, lane), () =>
            wholeSums(b, port, { isSpread: field.toResidual, lanes: pt * pn, bits: plan.sumBits }),
          );
          const isNew = isFirst(b, group, p);
          const scale = fromBf16(
            b,
            holdLane(b, { cells, lane, isNew }, () => b.read(port.scales)),
          );
          const row = affineSum([
            [group, pt],
            [p, 1],
          ]);
          const scaled = b.mulf(b.toFloat(sum), scale);
          const product = scaleOfRow === undefined ? scaled : b.mulf(scaled, scaleOfRow(row));
          const place = { lane, row, isNew: () => isFirst(b, group, p) };
          writeWhereWanted(b, targets, withOutliers(product, place));
        });
      });
    },
  });
}

/** Whether an output is wanted, and the output. */
type Target = readonly [Value, Value];

/** Who takes the results of a matrix. */
export function resultTargets(
  field: Readonly<Record<"toQkv" | "toResidual" | "toActivation" | "toArgmax", Value>>,
  port: Readonly<Record<"qkv" | "residual" | "activation" | "argmax", Value>>,
): readonly Target[] {
  return [
    [field.toQkv, port.qkv],
    [field.toResidual, port.residual],
    [field.toActivation, port.activation],
    [field.toArgmax, port.argmax],
  ];
}

/** Writes a result to those who want it. */
export function writeWhereWanted(b: LoopBuilder, targets: readonly Target[], value: Value): void {
  for (const [isWanted, target] of targets) {
    b.when(isWanted, () => {
      b.write(target, value);
    });
  }
}

/** Queries, keys and values into their buffer, twice: the two halves of a rotated pair are read at once. */
export function storeQkvKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "store_qkv",
    command: w.storeQkvCommand,
    fields: ["rows"],
    connections: { y: w.channels, qkv: w.qkvBuffer, copy: w.qkvCopy, stored: w.qkvStored },
    body: ({ b, port, field }) => {
      const { count, tiles } = headUnits(plan);
      const rows = { to: field.rows, max: plan.rows };
      nest(b, { unit: count, tile: tiles, row: rows, lane: plan.pn }, ({ unit, tile, row, lane }) => {
        const y = b.read(port.y);
        for (const target of [port.qkv, port.copy])
          b.store(
            y,
            target,
            row,
            affineSum([
              [unit, tiles * plan.pn],
              [tile, plan.pn],
              [lane, 1],
            ]),
          );
        b.when(all(b, isLast(b, tile, tiles), isLast(b, row, rows), isLast(b, lane, plan.pn)), () => {
          b.write(port.stored);
        });
      });
    },
  });
}
