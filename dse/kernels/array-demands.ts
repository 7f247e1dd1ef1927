import { type Access, factorOf, loadsOf, type Nest, rootsOf, type Value } from "../../ir/index.ts";

/** Banks that nests want along each dimension of the arrays that several of them touch. */
export type Demands = ReadonlyMap<Value, readonly number[]>;

/** What the lanes of a schedule want of the arrays that some nest writes: as many banks as cells side by side. */
export function demandsOf(nest: Nest, lanes: readonly number[], written: ReadonlySet<Value>): Demands {
  const demands = new Map<Value, readonly number[]>();
  for (const access of accessesOf(nest, written)) {
    const factors = cellsSideBySide(nest, lanes, access);
    const known = demands.get(access.array);
    demands.set(
      access.array,
      factors.map((factor, dim) => Math.max(factor, known?.[dim] ?? 1)),
    );
  }
  return demands;
}

/** Lanes along each dimension of an access. */
function cellsSideBySide(nest: Nest, lanes: readonly number[], { subscripts }: Access): readonly number[] {
  return subscripts.map((subscript) =>
    nest.loops.reduce(
      (product, { counter }, place) =>
        factorOf(subscript, counter) === 0 ? product : product * (lanes[place] ?? 1),
      1,
    ),
  );
}

/** Selections among banks at run time: for each lane of an access the banks that it may meet, where that is more than one. */
export function bankSelections(nest: Nest, lanes: readonly number[], banks: Demands): number {
  let sum = 0;
  for (const access of accessesOf(nest, new Set(banks.keys()))) {
    const own = cellsSideBySide(nest, lanes, access);
    const factors = banks.get(access.array) ?? [];
    const met = factors.reduce((product, factor, dim) => {
      const side = own[dim] ?? 1;
      return product * (factor % side === 0 ? factor / side : factor);
    }, 1);
    const copies = own.reduce((product, count) => product * count, 1);
    if (met > 1) sum += met * copies;
  }
  return sum;
}

/** The most banks of an array. */
export function mostBanks(demands: Demands): number {
  return Math.max(
    1,
    ...[...demands.values()].map((factors) => factors.reduce((product, factor) => product * factor, 1)),
  );
}

/** Whether lanes and banks agree: along each dimension one number of banks divides the other. */
export function agree(demands: Demands, earlier: Demands): boolean {
  return [...demands].every(([array, factors]) =>
    factors.every((factor, dim) => {
      const known = earlier.get(array)?.[dim] ?? 1;
      return known % factor === 0 || factor % known === 0;
    }),
  );
}

/** Both demands: the larger number along each dimension. */
export function withDemands(earlier: Demands, more: Demands): Demands {
  const joined = new Map(earlier);
  for (const [array, factors] of more) {
    const known = earlier.get(array);
    joined.set(
      array,
      factors.map((factor, dim) => Math.max(factor, known?.[dim] ?? 1)),
    );
  }
  return joined;
}

/** Arrays that some nest stores to. */
export function writtenArrays(nests: readonly Nest[]): ReadonlySet<Value> {
  return new Set(
    nests.flatMap(({ statements }) => statements.map(({ statement }) => statement.target.array)),
  );
}

/** Accesses of these arrays, stores among them. */
function accessesOf({ statements }: Nest, arrays: ReadonlySet<Value>): readonly Access[] {
  return statements
    .flatMap(({ statement }) => [
      statement.target,
      ...loadsOf(rootsOf(statement)).map(({ access }) => access),
    ])
    .filter(({ array }) => arrays.has(array));
}
