/** Cells of one design or module, counted by kind. BRAM counts 18 kbit halves. */
export interface AreaCounts {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
  readonly uram: number;
  readonly carry: number;
  readonly latches: number;
  /** LUTs used as distributed memory or shift registers, included in `lut`. */
  readonly lutRam: number;
}

/** What synthesis found. */
export interface SynthesisReport {
  readonly family: string;
  readonly tool: string;
  /** What Yosys warned of that hardware must not have: undriven wires, several drivers, inferred latches. */
  readonly problems: readonly string[];
  /** The whole design below the top module, or all that was asked for. */
  readonly total: AreaCounts;
  /** Each distinct module by itself, without the modules inside it. */
  readonly modules: ReadonlyMap<string, AreaCounts>;
  /** Each distinct module with everything inside it. */
  readonly below: ReadonlyMap<string, AreaCounts>;
}

const EMPTY: AreaCounts = { lut: 0, ff: 0, dsp: 0, bram18: 0, uram: 0, carry: 0, latches: 0, lutRam: 0 };

/** LUTs in one distributed-memory or shift-register cell, after the vendor's tables (a LUT is a 64-bit memory). */
function lutRamSize(cell: string): number {
  if (cell.startsWith("SRL")) return 1;
  if (cell.startsWith("RAM32M16")) return 8;
  if (cell.startsWith("RAM64M8")) return 8;
  if (cell.startsWith("RAM32M") || cell.startsWith("RAM64M")) return 4;
  const size = /^RAM(?<depth>\d+)X(?<bits>\d+)(?<ports>[SD])/u.exec(cell)?.groups;
  if (size === undefined) return 0;
  return Math.max(1, Number(size["depth"]) / 64) * Number(size["bits"]) * (size["ports"] === "D" ? 2 : 1);
}

/** What `count` cells of the open families' libraries contribute. */
function openContribution(cell: string, count: number): Partial<AreaCounts> {
  if (/^(?:LUT4|SB_LUT4)$/u.test(cell)) return { lut: count };
  if (cell === "TRELLIS_DPR16X4") return { lut: 4 * count, lutRam: 4 * count };
  if (/^(?:TRELLIS_FF|SB_DFF\w*)$/u.test(cell)) return { ff: count };
  if (/^(?:MULT18X18D|SB_MAC16)$/u.test(cell)) return { dsp: count };
  if (/^(?:DP16KD|PDPW16KD|SB_RAM40_4K\w*)$/u.test(cell)) return { bram18: count };
  return /^(?:CCU2C|SB_CARRY)$/u.test(cell) ? { carry: count } : {};
}

/** What `count` cells of a library kind contribute. A block of the open families' RAM counts as one. */
function contribution(cell: string, count: number): Partial<AreaCounts> {
  const lutRam = lutRamSize(cell);
  if (lutRam > 0) return { lut: lutRam * count, lutRam: lutRam * count };
  if (/^(?:LUT\d|INV)$/u.test(cell)) return { lut: count };
  if (/^FD[RSCP]E(?:_1)?$/u.test(cell)) return { ff: count };
  if (/^(?:LDCE|LDPE|\$_DLATCH.*|\$dlatch.*)$/u.test(cell)) return { latches: count };
  if (cell.startsWith("DSP48")) return { dsp: count };
  if (cell.startsWith("RAMB36") || cell.startsWith("FIFO36")) return { bram18: 2 * count };
  if (cell.startsWith("RAMB18") || cell.startsWith("FIFO18")) return { bram18: count };
  if (cell.startsWith("URAM")) return { uram: count };
  return /^CARRY[48]$/u.test(cell) ? { carry: count } : openContribution(cell, count);
}

function sum(a: AreaCounts, b: Partial<AreaCounts>, times = 1): AreaCounts {
  const add = (key: keyof AreaCounts): number => a[key] + times * (b[key] ?? 0);
  return {
    lut: add("lut"),
    ff: add("ff"),
    dsp: add("dsp"),
    bram18: add("bram18"),
    uram: add("uram"),
    carry: add("carry"),
    latches: add("latches"),
    lutRam: add("lutRam"),
  };
}

/**
 * Yosys 0.23 writes a comma too many behind the last of a list, and, where a module below the top has modules inside it, the
 * lines of the hierarchy (`mul_f32_l8   1`) into the JSON as they stand.
 */
function repairJson(text: string): string {
  return text.replace(/^\s*[^\s":{}]+\s+\d+[ \t]*$/gmu, "").replace(/,(?=\s*[}\]])/gu, "");
}

/** Cell counts of the modules in the text of `stat -json`; undefined where it is not that. */
export function readStatistics(text: string): ReadonlyMap<string, ReadonlyMap<string, number>> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(repairJson(text));
  } catch {
    return undefined;
  }
  const modules = field(parsed, "modules");
  if (typeof modules !== "object" || modules === null) return undefined;
  return new Map(
    Object.entries(modules).map(([name, module]: [string, unknown]) => {
      const types = field(module, "num_cells_by_type");
      const cells = typeof types === "object" && types !== null ? Object.entries(types) : [];
      return [plainName(name), new Map(cells.map(([cell, count]) => [plainName(cell), Number(count)]))];
    }),
  );
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function plainName(name: string): string {
  return name.startsWith("\\") ? name.slice(1) : name;
}

/** Sums cells over the hierarchy: of all `roots` together, and below each module. */
export function countArea(
  cells: ReadonlyMap<string, ReadonlyMap<string, number>>,
  roots: readonly string[],
): Pick<SynthesisReport, "total" | "modules" | "below"> {
  const own = new Map<string, AreaCounts>();
  for (const [name, kinds] of cells) {
    const leaves = [...kinds].filter(([cell]) => !cells.has(cell));
    own.set(
      name,
      leaves.reduce((area, [cell, count]) => sum(area, contribution(cell, count)), EMPTY),
    );
  }
  const below = new Map<string, AreaCounts>();
  const areaBelow = (name: string): AreaCounts => {
    const done = below.get(name);
    if (done !== undefined) return done;
    const inner = [...(cells.get(name) ?? [])].filter(([cell]) => cells.has(cell));
    const total = inner.reduce(
      (area, [cell, count]) => sum(area, areaBelow(cell), count),
      own.get(name) ?? EMPTY,
    );
    below.set(name, total);
    return total;
  };
  for (const name of cells.keys()) areaBelow(name);
  return { total: sumArea(roots.map(areaBelow)), modules: own, below };
}

/** Areas together. */
export function sumArea(areas: readonly AreaCounts[]): AreaCounts {
  return areas.reduce((total, area) => sum(total, area), EMPTY);
}
