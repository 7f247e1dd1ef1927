import { at } from "../../ir/index.ts";
import type { DesignPoint } from "./explore.ts";

/** Of the points within `worth` of the best the one with the fewest DSPs, then LUTs, then the better. */
export function chooseOf<Point extends Omit<DesignPoint, "pareto">>(
  points: readonly Point[],
  worth: number,
): Point | undefined {
  const least = Math.min(...points.map(({ value }) => value));
  const good = points.filter(({ value }) => value <= worth * least);
  const rank = ({ figures: { cells }, value, design }: Point): readonly number[] =>
    worth > 1
      ? [cells.dsp, design.shape.rows, cells.lut, value]
      : [value, cells.dsp, design.shape.rows, cells.lut];
  return good.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    const place = x.findIndex((entry, index) => entry !== y[index]);
    return place < 0 ? 0 : at(x, place) - at(y, place);
  })[0];
}
