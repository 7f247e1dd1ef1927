import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { at, type Result } from "../../ir/index.ts";
import { limitOption, numberList, workloadOption } from "./explore-options.ts";
import { readPoint } from "./read-point.ts";

const point = (id: number) => ({
  id,
  params: {
    rows: 4,
    precision: "w8a8",
    kv_bits: 8,
    clock_mhz: 300,
    block_size: 16,
    array: { pn: 1, pk: 16, pt: 2, pv: 8, ph: id + 1, products: 32 },
  },
});

function codeOf(result: Result<unknown>): string {
  return result.kind === "error" ? at(result.diagnostics, 0).code : "";
}

test("a point of a report becomes the options of compile", () => {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-point-"));
  const file = join(folder, "report.json");
  const report = { schema: "hidalgo.explore/1", device: "kv260", chosen: 1, points: [point(0), point(1)] };
  writeFileSync(file, JSON.stringify(report));
  const expected = { device: "kv260", precision: "w8a8", kv: 8, clock: 300, blockSize: 16, rows: 4 };
  const shape = { pn: 1, pk: 16, pt: 2, pv: 8, ph: 2, rows: 4 };
  expect(readPoint(file)).toEqual({ kind: "ok", value: { ...expected, shape } });
  expect(readPoint(`${file}#0`)).toMatchObject({ value: { shape: { ph: 1 } } });
  expect(codeOf(readPoint(`${file}#7`))).toBe("CLI0131");
  writeFileSync(file, "{}");
  expect(codeOf(readPoint(file))).toBe("CLI0131");
  rmSync(folder, { recursive: true });
  expect(codeOf(readPoint(file))).toBe("CLI0131");
});

test("workloads, limits and lists", () => {
  expect(workloadOption.parse("output=128,batch=4")).toEqual({ prompt: 32, output: 128, batch: 4 });
  expect(limitOption.parse("dsp=100,bram=20")).toEqual({ dsp: 100, bram18: 20 });
  expect(numberList.parse("75,100.5")).toEqual([75, 100.5]);
  for (const wrong of ["prompt=0", "tokens=3", ""])
    expect(workloadOption.safeParse(wrong).success).toBe(false);
  expect(limitOption.safeParse("dsp").success).toBe(false);
  expect(numberList.safeParse("1,,2").success).toBe(false);
});
