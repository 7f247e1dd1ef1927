import {
  at,
  FLOAT_PRIMITIVES,
  type FloatPrimitiveName,
  type HwBuilder,
  type Operation,
  type Value,
  widthOf,
} from "../../ir/index.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import type { ScheduledKernel } from "../pipeline/schedule-kernel.ts";
import { pooledUnits, unitPort } from "../pipeline/unit-pool.ts";
import { type PipelinedPrimitive, pipelinedPrimitive } from "../primitives/pipelined-primitive.ts";
import { type LateInstance, lateInstance } from "../shell/index.ts";

/** Kernels of which one runs at a time, with the float units that they share. */
export interface UnitPool {
  readonly name: string;
  readonly members: readonly { readonly kernel: ScheduledKernel; readonly instance: LateInstance }[];
}

interface Member {
  readonly instance: LateInstance;
  readonly units: ReadonlyMap<FloatPrimitiveName, number>;
  /** The kernel took the last command of the pool. */
  readonly isOwner: Value;
}

/**
 * Builds the units of a pool, as many of each kind as its most demanding kernel uses, and gives them to the kernel that took the
 * last command. Operands pass a register behind the choice. Returns the modules of the units.
 */
export function connectPool(b: HwBuilder, library: OperatorLibrary, pool: UnitPool): readonly Operation[] {
  const members = ownersOf(b, pool);
  const counts = new Map<FloatPrimitiveName, number>();
  for (const { units } of members)
    for (const [primitive, count] of units)
      counts.set(primitive, Math.max(count, counts.get(primitive) ?? 0));
  return [...counts].map(([name, count]) => {
    const primitive = pipelinedPrimitive(library, name);
    for (let unit = 0; unit < count; unit++) {
      const users = members.filter(({ units }) => (units.get(name) ?? 0) > unit);
      connectUnit(b, { primitive, unit, label: `${pool.name}_${name}_${String(unit)}` }, users);
    }
    return primitive.module;
  });
}

/** Each member with a bit that says that it runs; units are used from the cycle behind its command's on. */
function ownersOf(b: HwBuilder, { name, members }: UnitPool): readonly Member[] {
  const takes = members.map(({ instance }) => instance.out("cmd_pop"));
  const anybody = takes.reduce((some, take) => b.or(some, take));
  return members.map(({ kernel, instance }, index) => ({
    instance,
    units: pooledUnits(kernel),
    isOwner: b.register(at(takes, index), {
      name: `${name}_owner_${String(index)}`,
      enable: anybody,
      reset: 0n,
    }),
  }));
}

function connectUnit(
  b: HwBuilder,
  {
    primitive,
    unit,
    label,
  }: { readonly primitive: PipelinedPrimitive; readonly unit: number; readonly label: string },
  users: readonly Member[],
): void {
  const built = lateInstance(b, primitive.module, `unit_${label}`);
  const operands = Array.from({ length: FLOAT_PRIMITIVES[primitive.name].operands.length }, (_, index) => {
    const offered = users.map(({ instance, isOwner }) => ({
      isOwner,
      value: instance.out(unitPort(primitive.name, unit, `a${index}`)),
    }));
    const chosen = offered
      .map(({ isOwner, value }) =>
        offered.length === 1 ? value : b.and(b.replicate(isOwner, widthOf(value)), value),
      )
      .reduce((some, value) => b.or(some, value));
    return [`a${String(index)}`, b.register(chosen, { name: `operand_${label}_${String(index)}` })] as const;
  });
  built.connect(Object.fromEntries(operands));
  for (const { instance } of users)
    instance.connect({ [unitPort(primitive.name, unit, "y")]: built.out("y") });
}
