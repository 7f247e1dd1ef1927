import { join } from "node:path";
import { expect, test } from "vitest";
import { renderDiagnostic } from "../ir/index.ts";
import { fableGguf } from "./gguf/testing/fable-gguf.ts";
import { loadModel } from "./load-model.ts";
import { codesOf, unwrap } from "./testing/codes.ts";
import { fableFolder } from "./testing/models.ts";
import { temporaryFolder, tinyConfig, tinyFolder } from "./testing/tiny-model.ts";
import { llama2cPieces, writeLlama2c, writeTokenizerBin } from "./testing/write-llama2c.ts";

test("the bundled model", () => {
  const { checkpoint, tokenizer } = unwrap(loadModel(fableFolder));
  expect(checkpoint.id).toBe("fable");
  expect(checkpoint.config).toMatchObject({
    hidden: 128,
    layers: 4,
    heads: 8,
    kvHeads: 2,
    window: 64,
    bosId: 0,
    eosIds: [1],
  });
  expect(tokenizer.kind).toBe("present");
});

test("what is no model", () => {
  expect(codesOf(loadModel("/nowhere"))).toEqual(["frontend.file-unreadable"]);
  const folder = temporaryFolder({ "m.gguf": "", "m.onnx": "", m: "" });
  expect(codesOf(loadModel(join(folder, "m.gguf")))).toEqual(["frontend.gguf-header"]);
  expect(codesOf(loadModel(join(folder, "m.onnx")))).toEqual(["frontend.model-kind"]);
  expect(codesOf(loadModel(join(folder, "m")))).toEqual(["frontend.model-kind"]);
});

test("a GGUF model with its own tokenizer, and with another", () => {
  const file = join(temporaryFolder({ "fable.gguf": fableGguf("F16") }), "fable.gguf");
  const own = unwrap(loadModel(file));
  expect(own.stored?.map(({ type }) => type)).toEqual(["F16", "F32"]);
  expect(own.tokenizer.kind === "present" && own.tokenizer.file).toBe(file);
  const other = unwrap(loadModel(file, { tokenizer: join(fableFolder, "tokenizer.json") }));
  expect(other.tokenizer.kind === "present" && other.tokenizer.file).toBe(
    join(fableFolder, "tokenizer.json"),
  );
});

test("a folder without tokenizer loads and says that only ids work", () => {
  const { tokenizer } = unwrap(loadModel(tinyFolder()));
  expect(tokenizer.kind === "absent" && renderDiagnostic(tokenizer.reason)).toContain("--prompt-ids");
  expect(unwrap(loadModel(tinyFolder({ "tokenizer.model": "" }))).tokenizer.kind).toBe("absent");
});

test("a broken tokenizer, or a named one that is not there, is an error", () => {
  expect(codesOf(loadModel(tinyFolder({ "tokenizer.json": "{}" })))).toEqual(["frontend.tokenizer-invalid"]);
  expect(codesOf(loadModel(fableFolder, { tokenizer: "/nowhere/tokenizer.json" }))).toEqual([
    "frontend.file-unreadable",
  ]);
});

const config = { ...tinyConfig, vocab: 262, window: undefined };
const model = writeLlama2c(config);
const bin = writeTokenizerBin(llama2cPieces("a", "b", " "));
const tokenizerOf = (files: Record<string, Uint8Array>, tokenizer?: string): string => {
  const folder = temporaryFolder({ "m.bin": model, ...files });
  const loaded = loadModel(
    join(folder, "m.bin"),
    tokenizer === undefined ? {} : { tokenizer: join(folder, tokenizer) },
  );
  if (loaded.kind === "error") return codesOf(loaded).join();
  const found = loaded.value.tokenizer;
  return found.kind === "absent" ? found.reason.code : found.file.slice(folder.length + 1);
};

test("a llama2.c checkpoint takes the tokenizer it is given, else tokenizer.bin, else the only tok*.bin", () => {
  const wrong = new Uint8Array(9);
  expect(tokenizerOf({})).toBe("frontend.tokenizer-absent");
  expect(tokenizerOf({ "tok512.bin": bin })).toBe("tok512.bin");
  expect(tokenizerOf({ "tok1.bin": bin, "tok2.bin": bin })).toBe("frontend.tokenizer-absent");
  expect(tokenizerOf({ "tok1.bin": wrong, "tokenizer.bin": bin })).toBe("tokenizer.bin");
  expect(tokenizerOf({ "tokenizer.bin": wrong, "other.bin": bin }, "other.bin")).toBe("other.bin");
  expect(tokenizerOf({ "tokenizer.bin": wrong })).toBe("frontend.tokenizer-bin");
});

test("a tokenizer larger than the model's vocabulary is caught before the model sees its ids", () => {
  const folder = tinyFolder();
  const { tokenizer } = unwrap(loadModel(folder, { tokenizer: join(fableFolder, "tokenizer.json") }));
  expect(tokenizer.kind === "present" && codesOf(tokenizer.tokenizer.encode("Once"))).toEqual([
    "frontend.token-beyond-vocabulary",
  ]);
});
