import type { AreaCounts, SynthesisReport } from "../../sim/index.ts";
import { sumArea } from "../../sim/index.ts";
import type { SynthResult } from "../schemas/synth.ts";
import type { BuildModules } from "./build-modules.ts";
import type { ExpectedArea, ExpectedCells } from "./expected-area.ts";

/** A row of the table. */
export type SynthPart = SynthResult["parts"][number];

/** What is known of a kernel's timing. */
export type PartTiming = NonNullable<SynthPart["timing"]>;

/** What the rows of the table follow from. */
export interface PartSources {
  readonly design: BuildModules;
  readonly expected: ExpectedArea | undefined;
  readonly report: SynthesisReport;
  /** By module. */
  readonly timings: ReadonlyMap<string, PartTiming>;
}

/** How the generator of queues calls its modules. */
const QUEUE = /^fifo_w\d+_d\d+/u;

/** Kernels with everything inside them, the largest first; where the design is whole, its queues and the rest too. */
export function describeParts(sources: PartSources, whole: boolean): readonly SynthPart[] {
  const { design, expected, report, timings } = sources;
  const kernels = [...design.kernels].flatMap(([kernel, module]): readonly SynthPart[] => {
    const area = report.below.get(module);
    if (area === undefined) return [];
    return [
      {
        ...row(kernel, "kernel", area, expected?.kernels.get(kernel)),
        timing: timings.get(module) ?? null,
      },
    ];
  });
  const sorted = kernels.toSorted((a, b) => b.lut + b.ff - (a.lut + a.ff) || (a.name < b.name ? -1 : 1));
  if (!whole) return sorted;
  const instances = instancesBelow(design, [...report.below.keys()], report);
  const areaOfAll = (names: readonly string[]): AreaCounts =>
    sumArea(
      names.flatMap((name) => {
        const area = report.below.get(name);
        return area === undefined
          ? []
          : Array.from({ length: instances.get(name) ?? 0 }, (): AreaCounts => area);
      }),
    );
  const queues = areaOfAll([...report.below.keys()].filter((name) => QUEUE.test(name)));
  const taken = sumArea([queues, areaOfAll([...design.kernels.values()])]);
  return [
    ...sorted,
    row("queues", "queues", queues, expected?.queues),
    row("arrays, engines, registers", "rest", subtract(report.total, taken), expected?.rest),
  ];
}

function row(
  name: string,
  kind: SynthPart["kind"],
  { lut, ff, dsp, bram18, uram }: AreaCounts,
  estimate: ExpectedCells | undefined,
): SynthPart {
  return { name, kind, lut, ff, dsp, bram18, uram, estimate: estimate ?? null, timing: null };
}

/** How often each module is in the design, however deep. */
function instancesBelow(
  { modules }: BuildModules,
  names: readonly string[],
  { below }: SynthesisReport,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const users = new Map<string, (readonly [string, number])[]>();
  for (const name of names)
    for (const [inner, times] of modules.get(name)?.instances ?? [])
      if (below.has(inner)) users.set(inner, [...(users.get(inner) ?? []), [name, times]]);
  const count = (name: string): number => {
    const known = counts.get(name);
    if (known !== undefined) return known;
    const parents = users.get(name) ?? [];
    const total =
      parents.length === 0 ? 1 : parents.reduce((sum, [parent, times]) => sum + times * count(parent), 0);
    counts.set(name, total);
    return total;
  };
  for (const name of names) count(name);
  return counts;
}

function subtract(a: AreaCounts, b: AreaCounts): AreaCounts {
  return {
    lut: a.lut - b.lut,
    ff: a.ff - b.ff,
    dsp: a.dsp - b.dsp,
    bram18: a.bram18 - b.bram18,
    uram: a.uram - b.uram,
    carry: a.carry - b.carry,
    latches: a.latches - b.latches,
    lutRam: a.lutRam - b.lutRam,
  };
}
