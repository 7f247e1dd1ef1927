import type { EvalResult } from "../schemas/eval.ts";

const header = [
  "precision",
  "kv",
  "nll",
  "ppl",
  "vs f32",
  "top-1 = f32",
  "weights",
  "KV/token",
  "worst SQNR",
];

/** The rows as a table for people. */
export function renderEval({ rows, layers, text, calibration }: EvalResult): string {
  const lines = rows.map((row) => {
    const { equal, of } = row.top1;
    return [
      row.precision,
      String(row.kv_bits),
      row.nll.toFixed(4),
      row.ppl.toFixed(4),
      `${row.ppl_vs_f32 < 0 ? "" : "+"}${(100 * row.ppl_vs_f32).toFixed(2)} %`,
      `${((100 * equal) / Math.max(of, 1)).toFixed(2)} %`,
      `${row.weight_bytes}`,
      `${row.kv_bytes_per_token}`,
      worstOf(layers, row),
      ...notesOf(row),
    ];
  });
  const about = `${text.tokens} predicted tokens in windows of at most ${text.window}`;
  const source =
    calibration === null ? [] : [`calibrated on ${calibration.tokens} tokens: ${calibration.source}`];
  return [about, ...source, ...alignColumns([header, ...lines])].join("\n");
}

function worstOf(layers: EvalResult["layers"], { precision, kv_bits }: EvalResult["rows"][number]): string {
  const own = layers.filter((layer) => layer.precision === precision && layer.kv_bits === kv_bits);
  const [worst] = own.toSorted((a, b) => (a.sqnr_db ?? Number.MAX_VALUE) - (b.sqnr_db ?? Number.MAX_VALUE));
  return worst === undefined || worst.sqnr_db === null ? "" : `${worst.sqnr_db.toFixed(1)} dB ${worst.name}`;
}

function notesOf({
  outlier_columns,
  dynamic_misses,
  rows_per_step,
}: EvalResult["rows"][number]): readonly string[] {
  if (outlier_columns !== null)
    return [`${outlier_columns} outlier columns, ${dynamic_misses ?? 0} dynamic misses`];
  return rows_per_step > 1 ? [`steps of ${rows_per_step} rows`] : [];
}

function alignColumns(table: readonly (readonly string[])[]): readonly string[] {
  const widths = header.map((_, i) => Math.max(...table.map((row) => (row[i] ?? "").length)));
  return table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
