import { expect, test } from "vitest";
import { at } from "../../../ir/index.ts";
import { measureKernel } from "./measure-kernel.ts";
import { measureModel } from "./measure-model.ts";
import { errorOf } from "./measured-point.ts";
import { estimatedHardware } from "./points.ts";

/** Places in the list: kernels with arrays on chip and in external memory, then models of which two steps are taken; 10 points. */
const CHECKED = [11, 25, 38, 46, 57, 69, 104, 100] as const;
const POINTS = 10;

/** What the search may be off. */
const ALLOWED = 0.02;

test("ten of the table's points: the replay is the hardware's, the search is within 2 %", async () => {
  const hardware = estimatedHardware();
  if (hardware.kind === "error") throw new Error(JSON.stringify(hardware.diagnostics));
  let count = 0;
  for (const place of CHECKED) {
    const design = at(hardware.value, place);
    const made =
      design.kind === "kernel"
        ? await measureKernel(design)
        : await measureModel({ ...design, positions: design.positions.slice(0, 2) });
    if (made.kind === "error") throw new Error(JSON.stringify(made.diagnostics));
    for (const point of made.value) {
      expect(point.replay, point.name).toBe(point.rtl);
      expect(Math.abs(errorOf(point, "search")), point.name).toBeLessThanOrEqual(ALLOWED);
      count += 1;
    }
  }
  expect(count).toBe(POINTS);
}, 480_000);
