import type { ConvertScope } from "./convert-scope.ts";
import { linearAdd, linearConstant, linearDivide, linearOpaque } from "./linear.ts";
import type { Linear, NodeId } from "./node.ts";

/** sum = divisor · quotient + rest, 0 <= rest < divisor. */
interface Division {
  readonly quotient: Linear;
  readonly rest: NodeId;
}

/**
 * A sum over counters (which are never negative) and other nodes divided by any number at run time. Factors are split into multiples of
 * the divisor, which need no division, and what is left of them, which is multiplied by the divisor's reciprocal in fixed point
 * (Granlund and Montgomery, PLDI 1994, theorem 4.2; exact for all values of the sum's bits).
 */
export function divideSum(scope: ConvertScope, sum: Linear, divisor: number): Division {
  const { builder } = scope;
  const [low, high] = splitMultiples(sum, divisor);
  const below = [...low.opaque].reduce(
    (total, [node, factor]) => total + factor * 2 ** (builder.widthOf(node) - 1),
    0,
  );
  const shifted = Math.ceil(below / divisor); // multiples of the divisor that make what is left no negative number
  const whole = linearAdd(linearDivide(high, divisor), linearConstant(-shifted));
  const value = scope.linearNode(linearAdd(low, linearConstant(shifted * divisor)));
  const bits = builder.widthOf(value) - 1;
  if (2 ** bits <= divisor) return { quotient: whole, rest: value };
  const shift = bits + Math.ceil(Math.log2(divisor));
  const reciprocal = (2n ** BigInt(shift) + BigInt(divisor) - 1n) / BigInt(divisor);
  const product = builder.mul(value, builder.signedConstant(reciprocal, 64), 64);
  const quotient = builder.slice(product, shift, builder.widthOf(product) - shift);
  const multiple = builder.mul(quotient, builder.signedConstant(BigInt(divisor), 64), 64);
  return { quotient: linearAdd(whole, linearOpaque(quotient)), rest: builder.sub(value, multiple, 64) };
}

/** What is left of factors and constant when they are divided, from 0 on, and the multiples of `divisor` in them. */
function splitMultiples(sum: Linear, divisor: number): readonly [Linear, Linear] {
  const restOf = (value: number): number => ((value % divisor) + divisor) % divisor;
  const part = (terms: Linear["counters"], of: (factor: number) => number): Linear["counters"] =>
    new Map([...terms].flatMap(([term, factor]) => (of(factor) === 0 ? [] : [[term, of(factor)] as const])));
  const take = (of: (factor: number) => number): Linear => ({
    counters: part(sum.counters, of),
    opaque: part(sum.opaque, of),
    constant: of(sum.constant),
  });
  return [take(restOf), take((factor) => factor - restOf(factor))];
}
