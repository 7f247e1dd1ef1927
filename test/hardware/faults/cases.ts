import type { FaultKind, RegionName } from "../../../backend-hls/index.ts";
import { at } from "../../../ir/index.ts";
import type { PortFault } from "./faulty-machine.ts";
import { ROWS, type TinyAccelerator } from "./tiny-accelerator.ts";

/** A step that cannot go well, and what it has to say. */
export interface FaultCase {
  readonly name: string;
  readonly code: string;
  /** An engine's or a row's number; 0 where the code has none. */
  readonly where: number;
  readonly fault?: PortFault;
  /** Changed words of the start command. */
  readonly command?: Readonly<Record<string, number>>;
  /** Changed words of memory, by address. */
  readonly memory?: readonly (readonly [number, number])[];
  /** Changed registers, put right again afterwards. */
  readonly setup?: Readonly<Record<string, number>>;
  /** Memory has not answered when the step ends. */
  readonly stuck?: boolean;
}

/** Engines with the part of memory that they access, and the longest burst that they make there. */
const READERS: readonly (readonly [string, RegionName, number])[] = [
  ["weights", "weights", 16],
  ["constants", "constants", 16],
  ["descriptors", "descriptors", 8],
  ["rows", "embedding", 8],
  ["rows", "rope", 4],
  ["rows", "tables", 1],
  ["kv", "kv", 3],
];
const WRITERS: readonly (readonly [string, RegionName, number])[] = [
  ["records", "kv", 3],
  ["outputs", "outputs", 1],
];

function place(tiny: TinyAccelerator, region: RegionName): Pick<PortFault, "low" | "high"> {
  const { base, bytes } = tiny.compiled.layout.regions[region];
  return { low: base, high: base + bytes };
}

/** Wrong answers of memory: every engine, both responses, first, middle and last beat of the first burst and of a later one. */
function answers(tiny: TinyAccelerator): readonly FaultCase[] {
  const of = (
    clients: typeof READERS,
    kinds: readonly FaultKind[],
    beatsOf: (beats: number) => readonly number[],
  ): readonly FaultCase[] =>
    clients.flatMap(([engine, region, beats]) =>
      kinds.flatMap((kind) =>
        [0, 1].flatMap((burst) =>
          beatsOf(beats)
            .filter(() => burst === 0 || !["outputs", "descriptors"].includes(region))
            .map((beat) => ({
              name: `${kind} of ${engine} in ${region}, burst ${String(burst)}, beat ${String(beat)}`,
              code: kind,
              where: tiny.engines.indexOf(engine),
              fault: { kind, burst, beat, ...place(tiny, region) },
            })),
        ),
      ),
    );
  const positions = (beats: number): readonly number[] => [...new Set([0, Math.floor(beats / 2), beats - 1])];
  return [
    ...of(READERS, ["read_slave_error", "read_decode_error"], positions),
    ...of(WRITERS, ["write_slave_error", "write_decode_error"], () => [0]),
  ];
}

/** Handshakes that never come: the watchdog ends the step, memory stays stuck. */
function silence(tiny: TinyAccelerator): readonly FaultCase[] {
  const kinds = [
    ["no_arready", READERS],
    ["no_rvalid", READERS],
    ["no_awready", WRITERS],
    ["no_wready", WRITERS],
    ["no_bvalid", WRITERS],
  ] as const;
  return kinds.flatMap(([kind, clients]) =>
    clients.flatMap(([engine, region, beats]) =>
      [...new Set([0, beats - 1])].map((beat) => ({
        name: `${kind} for ${engine} in ${region}, from beat ${String(beat)}`,
        code: "watchdog",
        where: 0,
        stuck: true,
        fault: { kind, burst: 0, beat, ...place(tiny, region) },
      })),
    ),
  );
}

/** Words of descriptors and tables that refer to what is not there. */
function malformed(tiny: TinyAccelerator): readonly FaultCase[] {
  const { plan, layout } = tiny.compiled;
  const { vocab, maxContext, blockSize } = plan.model;
  const { descriptors, tables } = layout.regions;
  const fields = ["token", "position", "kv_slot", "sequence", "table", "emit", "low", "high", "context"];
  const values: readonly (readonly [string, string, number])[] = [
    ["bad_token", "token", vocab],
    ["bad_token", "token", -1],
    ["bad_position", "position", maxContext],
    ["bad_position", "position", -1],
    ["bad_position", "position", 2 ** 31 - 1],
    ["bad_slot", "kv_slot", layout.kvBlocks * blockSize],
    ["bad_slot", "kv_slot", -1],
    ["bad_table", "table", tables.base + 4],
    ["bad_table", "table", tables.base + 1],
    ["bad_emit", "emit", 2],
    ["bad_emit", "emit", 3],
    ["bad_emit", "emit", 1 + 2 ** 8 * ROWS.length],
    ["bad_emit", "emit", 2 ** 8 * 200],
    ["bad_visible", "low", 2 ** ROWS.length],
    ["bad_visible", "low", -1],
    ["bad_visible", "high", 1],
    ["bad_visible", "low", 0],
    ["bad_context", "context", maxContext],
    ["bad_context", "context", -1],
  ];
  const ofRows = values.flatMap(([code, field, value]) =>
    ROWS.map((_, row): FaultCase => {
      const address = descriptors.base + row * layout.strides.descriptor + 4 * fields.indexOf(field);
      const name = `${code}: ${field} of row ${String(row)} is ${String(value)}`;
      return { name, code, where: row, memory: [[address, value]] };
    }),
  );
  const blocks = [layout.kvBlocks, -1, 2 ** 30].flatMap((block) =>
    [0, 1].map((entry): FaultCase => {
      const address = tables.base + layout.strides.table + 4 * entry;
      const name = `bad_block: entry ${String(entry)} of row 1 is ${String(block)}`;
      return { name, code: "bad_block", where: 1, memory: [[address, block]] };
    }),
  );
  const outside = [layout.bytes, 2 ** 32 - plan.beatBytes].map((table): FaultCase => {
    const address = descriptors.base + 4 * fields.indexOf("table");
    const where = tiny.engines.indexOf("rows");
    return { name: `table at ${String(table)}`, code: "read_region", where, memory: [[address, table]] };
  });
  return [...ofRows, ...blocks, ...outside];
}

/** Start commands with addresses where an engine may not go, and with numbers of rows that cannot be. */
function commands(tiny: TinyAccelerator): readonly FaultCase[] {
  const { layout, plan } = tiny.compiled;
  const high = 2 ** 32 - plan.beatBytes;
  const reads = [
    ["weights", "weights"],
    ["constants", "constants"],
    ["descriptors", "descriptors"],
    ["embedding", "rows"],
    ["rope", "rows"],
  ] as const;
  const wrongRows = [
    { rows: 0 },
    { rows: ROWS.length + 1 },
    { rows: 0xffff },
    { emitted: ROWS.length + 1 },
    { logit_rows: ROWS.length + 1 },
  ];
  const at = (field: string, value: number, code: string, engine: string): FaultCase => ({
    name: `${code}: ${field} at ${String(value)}`,
    code,
    where: tiny.engines.indexOf(engine),
    command: { [field]: value },
  });
  return [
    ...reads.flatMap(([field, engine]) => [
      at(field, layout.bytes, "read_region", engine),
      at(field, engine === "rows" ? 2 ** 31 : high, "read_region", engine),
      at(field, (tiny.command[field] ?? 0) + 4, "read_alignment", engine),
    ]),
    at("kv", layout.bytes, "read_region", "kv"),
    at("kv", layout.regions.weights.base, "write_region", "records"),
    at("kv", layout.regions.kv.base - 4096, "write_region", "records"),
    at("kv", layout.regions.kv.base + 4, "read_alignment", "kv"),
    at("outputs", layout.bytes, "write_region", "outputs"),
    at("outputs", layout.regions.kv.base, "write_region", "outputs"),
    at("outputs", high, "write_region", "outputs"),
    at("outputs", layout.regions.outputs.base + 2, "write_alignment", "outputs"),
    ...wrongRows.map((command) => ({
      name: `bad_rows: ${JSON.stringify(command)}`,
      code: "bad_rows",
      where: 0,
      command,
    })),
  ];
}

/** Regions that leave out the first or the last beat of what an engine accesses, and empty ones. */
function regions(tiny: TinyAccelerator): readonly FaultCase[] {
  const { regions: parts, bytes } = tiny.compiled.layout;
  const beat = tiny.compiled.plan.beatBytes;
  const slot = (at(at(ROWS, 1).blocks, 1) + 1) * tiny.compiled.plan.model.blockSize - 1;
  const lastRecord = parts.kv.base + slot * tiny.compiled.layout.strides.record;
  const engine = (name: string): number => tiny.engines.indexOf(name);
  const cases: readonly (readonly [string, string, number, string])[] = [
    ["gmem0_base", "read_region", parts.weights.base + beat, "weights"],
    ["gmem0_limit", "read_region", parts.kv.base, "kv"],
    ["gmem0_limit", "read_region", 0, "weights"],
    ["records_base", "write_region", lastRecord + beat, "records"],
    ["records_limit", "write_region", lastRecord + beat, "records"],
    ["records_base", "write_region", bytes, "records"],
    ["outputs_base", "write_region", parts.outputs.base + beat, "outputs"],
    ["outputs_limit", "write_region", parts.outputs.base, "outputs"],
  ];
  return cases.map(([register, code, value, name]) => ({
    name: `${code}: ${register} is ${String(value)}`,
    code,
    where: engine(name),
    setup: { [register]: value },
  }));
}

/** Every fault that is injected. */
export function faultCases(tiny: TinyAccelerator): readonly FaultCase[] {
  return [...answers(tiny), ...silence(tiny), ...malformed(tiny), ...commands(tiny), ...regions(tiny)];
}
