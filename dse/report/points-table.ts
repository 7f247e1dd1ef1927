import { at } from "../../ir/index.ts";
import type { Exploration } from "../search/explore.ts";
import { rounded } from "./rounded.ts";

const COLUMNS = [
  "id",
  "pareto",
  "feasible",
  "evidence",
  "precision",
  "kv_bits",
  "block_size",
  "clock_mhz",
  "pn",
  "pk",
  "pt",
  "rows",
  "pv",
  "ph",
  "value",
  "cycles_per_token",
  "prefill_cycles",
  "total_cycles",
  "dsp",
  "lut",
  "ff",
  "bram18",
  "j_per_token",
];

/** All points as comma-separated values with a head. */
export function pointsTable({ request, points }: Exploration): string {
  const lines = points.map(
    ({ design, evidence, figures: { work, token, cells }, feasible, pareto, value }, id) => {
      const { precision, kvBits, model } = at(request.variants, design.variant);
      const { pn, pk, pt = 1, rows, pv = 4, ph = 1 } = design.shape;
      const times = [value, work.perToken, work.prefill, work.total].map(rounded);
      const place = [id, Number(pareto), Number(feasible), evidence, precision, kvBits, model.blockSize];
      return [
        ...place,
        design.clockMhz,
        pn,
        pk,
        pt,
        rows,
        pv,
        ph,
        ...times,
        cells.dsp,
        cells.lut,
        cells.ff,
        cells.bram18,
        rounded(token.joules),
      ].join();
    },
  );
  return `${[COLUMNS.join(), ...lines].join("\n")}\n`;
}
