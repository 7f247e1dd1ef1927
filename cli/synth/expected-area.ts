import { z } from "zod";
import type { BuildFiles } from "../build-folder/build-files.ts";

const cells = z.record(z.string(), z.number());

const schema = z.looseObject({
  chosen: z.int(),
  points: z.array(z.looseObject({ estimate: z.record(z.string(), z.unknown()) })),
  area: z
    .looseObject({ kernels: z.record(z.string(), cells), buffers: cells, queues: cells, shell: cells })
    .optional(),
});

/** Cells by kind: lut, ff, dsp, bram18. */
export type ExpectedCells = Readonly<Record<string, number>>;

/** What a build's `estimate.json` says of its area. */
export interface ExpectedArea {
  readonly total: ExpectedCells;
  /** By kernel; empty in builds that do not say. */
  readonly kernels: ReadonlyMap<string, ExpectedCells>;
  readonly queues: ExpectedCells | undefined;
  /** Shared arrays, engines, registers and counters. */
  readonly rest: ExpectedCells | undefined;
}

/** Reads the area that was expected; undefined where the build has no estimate. */
export function expectedArea(files: BuildFiles): ExpectedArea | undefined {
  const content = files.get("estimate.json");
  if (content === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(Buffer.from(content).toString("utf8")));
  if (!parsed.success) return undefined;
  const { points, chosen, area } = parsed.data;
  const { estimate = {} } = points[chosen] ?? {};
  return {
    total: pickCells(estimate),
    kernels: new Map(Object.entries(area?.kernels ?? {})),
    queues: area?.queues,
    rest: area === undefined ? undefined : addExpected([area.buffers, area.shell]),
  };
}

function pickCells(estimate: Readonly<Record<string, unknown>>): ExpectedCells {
  return Object.fromEntries(
    ["lut", "ff", "dsp", "bram18", "uram"].flatMap((name): readonly (readonly [string, number])[] => {
      const value = estimate[name];
      return typeof value === "number" ? [[name, value]] : [];
    }),
  );
}

/** Expected cells together. */
export function addExpected(parts: readonly ExpectedCells[]): ExpectedCells {
  const sum: Record<string, number> = {};
  for (const part of parts)
    for (const [name, count] of Object.entries(part)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
