import { type Operation, printModule } from "../../ir/index.ts";

/** A design as CIRCT's tools read it, and the files that its memories start from. */
export interface CirctText {
  readonly text: string;
  /** `$readmemh` files by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** The initial words of a memory as we write them, and its shape. */
const MEMORY = /init = dense<([^>]*)> : tensor<[^>]*>(.*: <(\d+) x (\d+)>)/gu;

/**
 * Our `hw`, `comb`, `seq` in CIRCT's own form; `prefix` goes before the name of each module. CIRCT keeps initial words of memories in
 * files; memories that start at zero are left to start at anything, as nothing is read before it is written.
 */
export function circtText(modules: readonly Operation[], prefix = ""): CirctText {
  const files = new Map<string, string>();
  const text = modules
    .map((module) => printModule(module))
    .join("\n")
    .replaceAll(MEMORY, (_, ...[values = "", rest = "", depth = "0", width = "0"]: readonly string[]) => {
      const words = initialWords(values, Number(depth), Number(width));
      if (words.every((word) => word === 0n)) return `ours${rest}`;
      const file = `${prefix}init${String(files.size)}.hex`;
      files.set(file, words.map((word) => `${word.toString(16)}\n`).join(""));
      return `init = #seq.firmem.init<"${file}", false, true>${rest}`;
    })
    .replaceAll(/@(\w+)/gu, `@${prefix}$1`);
  return { text, files };
}

function initialWords(values: string, depth: number, width: number): readonly bigint[] {
  const listed = [...values.matchAll(/-?\d+/gu)].map(([word]) => BigInt.asUintN(width, BigInt(word)));
  const [first = 0n] = listed;
  return listed.length === 1 ? Array.from({ length: depth }, () => first) : listed;
}
