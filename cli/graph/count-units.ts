import { FLOAT_PRIMITIVES, HwInstanceOp, HwModuleOp, type Operation } from "../../ir/index.ts";

/** The module of a float primitive: its name, and its latency at the clock. */
const UNIT = /^(?<primitive>\w+)_f32_l\d+$/u;

/** How many of each float primitive `top` holds, with everything below it; those that do not occur are left out. */
export function countUnits(modules: readonly Operation[], top: string): Readonly<Record<string, number>> {
  const below = new Map(
    modules.flatMap((module) => {
      const name = HwModuleOp.match(module)?.attrs.sym_name;
      return name === undefined ? [] : [[name, instancesOf(module)] as const];
    }),
  );
  const known = new Map<string, ReadonlyMap<string, number>>();
  const unitsOf = (name: string): ReadonlyMap<string, number> => {
    const found = known.get(name) ?? sumUnits(name, below.get(name) ?? [], unitsOf);
    known.set(name, found);
    return found;
  };
  return Object.fromEntries([...unitsOf(top)].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function sumUnits(
  name: string,
  instances: readonly string[],
  unitsOf: (name: string) => ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const primitive = UNIT.exec(name)?.groups?.["primitive"] ?? "";
  if (primitive in FLOAT_PRIMITIVES) return new Map([[primitive, 1]]);
  const sum = new Map<string, number>();
  for (const instance of instances)
    for (const [unit, count] of unitsOf(instance)) sum.set(unit, (sum.get(unit) ?? 0) + count);
  return sum;
}

function instancesOf(module: Operation): readonly string[] {
  return [...module.walk()].flatMap((op) => HwInstanceOp.match(op)?.attrs.moduleName ?? []);
}
