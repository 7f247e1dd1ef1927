import { expect, test } from "vitest";
import { type FoundTokenizer, loadModel } from "../../frontend/index.ts";
import { runSchema } from "../schemas/run.ts";
import { fable } from "../testing/model-folders.ts";
import { tinyManifest } from "../testing/tiny-build.ts";
import { firstMismatch } from "./compare-tokens.ts";
import { measureSteps } from "./measure-steps.ts";
import { renderSummary } from "./render-summary.ts";
import { startText } from "./stream-text.ts";

function fableTokenizer(): FoundTokenizer {
  const loaded = loadModel(fable);
  if (loaded.kind === "error") throw new Error("the bundled model does not load");
  return loaded.value.tokenizer;
}

test("the prompt is shown first, then whole characters only", () => {
  const tokenizer = fableTokenizer();
  if (tokenizer.kind === "absent") throw new Error("the bundled model has a tokenizer");
  const encoded = tokenizer.tokenizer.encodeContinuation(" café 🐉 end");
  if (encoded.kind === "error") throw new Error("the bundled tokenizer is byte-level");
  const shown: string[] = [];
  const events: string[] = [];
  const watch = {
    onText: (text: string) => shown.push(text),
    onToken: ({ text }: { text: string }) => events.push(text),
  };
  const sink = startText(tokenizer, [0, 392], watch);
  for (const id of encoded.value) sink.push(id);
  expect(sink.end()).toBe(" café 🐉 end");
  expect(shown.join("")).toBe("Once café 🐉 end");
  expect(shown.some((text) => text.includes("\uFFFD"))).toBe(false);
  expect(events).toHaveLength(encoded.value.length);
  expect(events.join("")).toBe(" café 🐉 end");
});

test("the first mismatch, a missing token included", () => {
  expect(firstMismatch([1, 2, 3], [1, 2, 3])).toBeNull();
  expect(firstMismatch([1, 2, 3], [1, 4, 3])).toEqual({ index: 1, token: 2, reference: 4 });
  expect(firstMismatch([1, 2], [1, 2, 5])).toEqual({ index: 2, token: null, reference: 5 });
});

const { design, model } = tinyManifest;
const stalls = { dramRead: 50, dramWrite: 10, fifoFull: 0, fifoEmpty: 20, drain: 20 };
const bytes = { weights: 4000, kvRead: 600, kvWrite: 300, other: 100 };
const counters = { cycles: 1000, hostGap: 100, busy: 900, stalls, bytes };
const steps = [
  { rows: 2, lastPosition: 1, tokens: [4], phase: "prefill", sequences: 1, preempted: 0, counters },
  { rows: 1, lastPosition: 2, tokens: [5], phase: "decode", sequences: 1, preempted: 0, counters },
] as const;
const { rows, macs, port_bits, ports, weights, block_size, hash } = design;
const result = runSchema.parse({
  schema: "hidalgo.run/1",
  engine: "rtl",
  simulator: "embedded",
  model: { id: model.id, arch: model.arch, sha256: model.sha256 },
  device: "ref64",
  clock: design.clock,
  precision: "w8a8",
  kv_bits: 8,
  schedule: "optimized",
  design: { rows, macs, port_bits, ports, weights, block_size, hash },
  memory_model: "ddr4",
  prompt_ids: [0, 3],
  token_ids: [4, 5],
  text: "ab",
  finish_reason: "length",
  seed: 0,
  matches_reference: true,
  first_mismatch: null,
  ...measureSteps(steps, model, design),
  sim: { wall_s: 0.5, cycles_per_s: 4400 },
});

test("a summary says what people ask", () => {
  expect(renderSummary(result)).toMatchInlineSnapshot(`
    "2 tokens (length) of tiny on embedded, w8a8, kv 8
      cycles per token   1,000, 200,000 tokens/s at 200 MHz (target, unverified)
      first token after  1,100 cycles
      cycles             2,200: prefill 1,000, decode 1,000, host 200
      where they go      busy 90.0 %, dram_read 5.0 %, dram_write 1.0 %, fifo_full 0.0 %, fifo_empty 2.0 %, drain 2.0 %
      per cycle          1.62 MACs, 5.00 bytes
      utilization        decode: MBU 19.3 %, MFU 9.5 %; prefill: MBU 19.1 %, MFU 17.5 %
      energy (a model)   0.0115 mJ per token
      identical to the integer reference: yes"
  `);
});

test("a mismatch is said, with its place", () => {
  const mismatch = { index: 1, token: 5, reference: 6 };
  const text = renderSummary({ ...result, matches_reference: false, first_mismatch: mismatch });
  expect(text).toContain("identical to the integer reference: NO (token 1 is 5, not 6)");
});
