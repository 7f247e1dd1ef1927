/** Cells of a design, as synthesis reports count them. Block RAMs in halves of 18 Kbit. */
export interface CellCounts {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
}

/** Nothing. */
export const NO_CELLS: CellCounts = { lut: 0, ff: 0, dsp: 0, bram18: 0 };

/** The sum of `first` and `times` times what is there of `second`. */
export function addCells(first: CellCounts, second: Partial<CellCounts>, times = 1): CellCounts {
  return {
    lut: first.lut + times * (second.lut ?? 0),
    ff: first.ff + times * (second.ff ?? 0),
    dsp: first.dsp + times * (second.dsp ?? 0),
    bram18: first.bram18 + times * (second.bram18 ?? 0),
  };
}
