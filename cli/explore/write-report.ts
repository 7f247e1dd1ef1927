import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a folder of an exploration shows. */
export interface ReportFiles {
  /** `hidalgo.explore/1`. */
  readonly report: unknown;
  /** All points as comma-separated values. */
  readonly table: string;
  /** The report to look at. */
  readonly page: string;
}

/** Writes `report.json`, `points.csv` and `index.html`. */
export function writeReport(folder: string, { report, table, page }: ReportFiles): void {
  writeFileSync(join(folder, "report.json"), `${JSON.stringify(report, undefined, 1)}\n`);
  writeFileSync(join(folder, "points.csv"), table);
  writeFileSync(join(folder, "index.html"), page);
}
