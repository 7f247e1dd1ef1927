import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type DeviceCapabilities, firstRows, type RowDescriptor, slotOf } from "../../runtime-host/index.ts";
import { badImage, badStepFile } from "./diagnostics.ts";

const count = z.int().nonnegative();

const rowSchema = z.strictObject({
  token: count,
  position: count,
  /** Default: where the block table puts the position. */
  kv_slot: count.optional(),
  sequence: count.default(0),
  block_table: z.array(count).min(1),
  /** A mask of the rows of this step, as digits or `0x…`; default: this row and all before it. */
  visible: z.union([count, z.string().regex(/^(?:0x[0-9a-fA-F]+|\d+)$/u, "expected a number")]).optional(),
  emit: z.enum(["none", "argmax", "topk", "logits"]).default("argmax"),
});

const fileSchema = z.strictObject({
  schema: z.literal("hidalgo.step/1"),
  /** The memory before the first step, from address 0 on; default: the build's weights and zeros behind them. */
  memory: z.string().nullable().default(null),
  steps: z.array(z.array(rowSchema).min(1)).min(1),
});

/** Test vectors: a memory and the rows of each step. */
export interface StepVectors {
  readonly memory: Uint8Array | undefined;
  readonly steps: readonly (readonly RowDescriptor[])[];
}

/** Reads what a memory of `bytes` begins with; `otherwise` where no file is named. */
export function readImage(
  path: string | undefined,
  otherwise: Uint8Array | undefined,
  bytes: number,
): Result<Uint8Array | undefined> {
  if (path === undefined) return ok(otherwise);
  const bad = (problem: string): Result<never> => fail(badImage(builtSpan(path), { problem, bytes }));
  let image: Uint8Array;
  try {
    image = readFileSync(path);
  } catch (error) {
    return bad(error instanceof Error ? error.message : "it cannot be read");
  }
  return image.length > bytes ? bad(`it has ${String(image.length)} bytes`) : ok(image);
}

/** Reads a step file and checks it against what the device takes. */
export function readStepFile(path: string, device: DeviceCapabilities): Result<StepVectors> {
  const bad = (problem: string): Result<never> => fail(badStepFile(builtSpan(path), { problem }));
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    return bad(error instanceof Error ? error.message : "it cannot be read");
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return bad(issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`);
  }
  const { memory, steps } = parsed.data;
  const problem = steps.flatMap((rows) => rowProblem(rows, device) ?? [])[0];
  if (problem !== undefined) return bad(problem);
  const image = memory === null ? undefined : readFileSync(resolve(dirname(path), memory));
  return ok({
    memory: image,
    steps: steps.map((rows) => rows.map((row, index) => toRow(row, index, device))),
  });
}

type FileRow = z.infer<typeof rowSchema>;

/** What a device could not take. */
function rowProblem(rows: readonly FileRow[], device: DeviceCapabilities): string | undefined {
  const { blockSize, blocks, maxContext, vocab, emits } = device;
  if (rows.length > device.rows)
    return `a step has ${String(rows.length)} rows, at most ${String(device.rows)}`;
  for (const { token, position, block_table: table, sequence, emit } of rows) {
    if (token >= vocab) return `token ${String(token)} is not below ${String(vocab)}`;
    if (position >= maxContext) return `position ${String(position)} is not below ${String(maxContext)}`;
    if (sequence >= device.sequences)
      return `sequence ${String(sequence)} is not below ${String(device.sequences)}`;
    if (table.length <= Math.floor(position / blockSize)) return `no block for position ${String(position)}`;
    if (table.some((block) => block >= blocks)) return `a block is not below ${String(blocks)}`;
    if (!emits.includes(emit)) return `this build emits ${emits.join(", ")}, not ${emit}`;
  }
  return undefined;
}

function toRow(row: FileRow, index: number, { blockSize }: DeviceCapabilities): RowDescriptor {
  const { token, position, sequence, block_table: blockTable, emit } = row;
  return {
    token,
    position,
    kvSlot: row.kv_slot ?? slotOf(blockTable, position, blockSize),
    sequence,
    blockTable,
    visible: row.visible === undefined ? firstRows(index + 1) : BigInt(row.visible),
    emit,
  };
}
