import { AffineForOp, asConstantBound, type Operation } from "../../ir/index.ts";

/** Whether a loop's iterations stand beside each other in hardware, so that nothing counts them. */
export function isFullyUnrolled(
  unroll: number | undefined,
  from: number,
  to: number | undefined,
  step: number,
): boolean {
  return unroll !== undefined && to !== undefined && unroll >= Math.ceil((to - from) / step);
}

/** Whether what stands beside an inner loop of the nest is pure, but for one operation; and there is one inner loop at most. */
export function isPerfect(ops: readonly Operation[]): boolean {
  const inner = ops.filter((child) => {
    const loop = AffineForOp.match(child);
    return (
      loop !== undefined &&
      !isFullyUnrolled(
        loop.attrs.unroll,
        asConstantBound(loop.attrs.lowerBound) ?? 0,
        asConstantBound(loop.attrs.upperBound),
        loop.attrs.step,
      )
    );
  });
  if (inner.length === 0) return true;
  const impure = ops.filter(
    (child) =>
      child.regions.length > 0 ||
      child.name === "affine.store" ||
      child.name === "affine.load" ||
      child.name === "dataflow.read" ||
      child.name === "dataflow.write",
  );
  return inner.length === 1 && impure.length <= 1;
}
