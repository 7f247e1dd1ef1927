import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadModel } from "../load-model.ts";
import { fableFolder } from "../testing/models.ts";
import { temporaryFolder, tinyFolder } from "../testing/tiny-model.ts";
import { calibrateModel } from "./calibrate-model.ts";

const tiny = (): Extract<ReturnType<typeof loadModel>, { kind: "ok" }>["value"] => {
  const model = loadModel(tinyFolder());
  if (model.kind === "error") throw new Error("the tiny model loads");
  return model.value;
};

test("without a file the model's own text serves; the second time it comes from the cache, the same to the bit", () => {
  const cache = temporaryFolder({});
  const shares: number[] = [];
  const watch = { onShare: (share: number) => shares.push(share) };
  const first = calibrateModel(tiny(), { cache }, watch);
  expect(shares.at(-1)).toBe(1);
  shares.length = 0;
  expect(calibrateModel(tiny(), { cache }, watch)).toEqual(first);
  expect(shares).toEqual([]);
  const [file = ""] = readdirSync(cache);
  writeFileSync(join(cache, file), "{");
  expect(calibrateModel(tiny(), { cache })).toEqual(first);
});

test("a text file is cut into windows; files that cannot serve are diagnostics", () => {
  const model = loadModel(fableFolder);
  if (model.kind === "error") throw new Error("fable loads");
  const folder = temporaryFolder({ "a.txt": "Once upon a time.\n\nThe end.", "empty.txt": "\n \n" });
  const made = calibrateModel(model.value, { text: join(folder, "a.txt") });
  expect(made.kind === "ok" && made.value.windows.map((w) => w[0])).toEqual([0, 0]);
  expect(made.kind === "ok" && made.value.source).toBe(join(folder, "a.txt"));
  const windows = made.kind === "ok" ? made.value.windows : [];
  const again = calibrateModel(model.value, { text: { source: join(folder, "a.txt"), windows } });
  expect(again).toEqual(made);
  const codes = [
    calibrateModel(model.value, { text: join(folder, "empty.txt") }),
    calibrateModel(model.value, { text: join(folder, "none.txt") }),
    calibrateModel(tiny(), { text: join(folder, "a.txt") }),
  ].map((answer) => (answer.kind === "error" ? answer.diagnostics.map(({ code }) => code) : []));
  expect(codes.slice(0, 2)).toEqual([["frontend.text-empty"], ["frontend.file-unreadable"]]);
  expect(codes[2]).toHaveLength(1);
});
