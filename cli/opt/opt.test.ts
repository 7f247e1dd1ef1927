import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

const SUM = `func.func @sum(%A: memref<6x8xf32>, %s: memref<6xf32>) {
  %zero = arith.constant 0.0 : f32
  affine.for %i = 0 to 6 {
    affine.store %zero, %s[%i] : memref<6xf32>
    affine.for %j = 0 to 8 {
      %0 = affine.load %s[%i] : memref<6xf32>
      %1 = affine.load %A[%i, %j] : memref<6x8xf32>
      %2 = arith.addf %0, %1 fastmath<reassoc> : f32
      affine.store %2, %s[%i] : memref<6xf32>
    }
  }
  return
}
`;

const folder = mkdtempSync(join(tmpdir(), "hidalgo-opt-"));
const file = join(folder, "sum.mlir");
writeFileSync(file, SUM);

test("passes one after the other, each checked by execution", async () => {
  const output = join(folder, "out.mlir");
  const passes = [
    "affine-distribute",
    "affine-fuse-init",
    "affine-permute{reductions-outward}",
    "affine-unroll-jam{factors=1,4}",
  ];
  const asked = passes.flatMap((pass) => ["--pass", pass]);
  const run = await hidalgo("opt", file, ...asked, "--verify-each", "-o", output, "--json");
  expect(run.stderr).toBe("");
  expect(lastObject(run)).toEqual({
    schema: "hidalgo.opt/1",
    passes: passes.map((pass) => ({ pass, changed: ["sum"] })),
    verified: true,
  });
  expect(readFileSync(output, "utf8")).toMatchInlineSnapshot(`
    "module {
      func.func @sum(%A: memref<6x8xf32>, %s: memref<6xf32>) {
        %0 = arith.constant 5 : index
        %1 = arith.constant 0 : index
        %2 = arith.constant 0.0 : f32
        affine.for %j = 0 to 8 {
          affine.for %i = 0 to 2 {
            affine.for %il = 0 to 4 {
              %3 = affine.apply affine_map<(d0, d1) -> ((d0 * 4) + d1)>(%i, %il)
              %4 = arith.cmpi sge, %0, %3 : index
              scf.if %4 {
                %5 = arith.cmpi eq, %j, %1 : index
                %6 = affine.load %s[(%i * 4) + %il] : memref<6xf32>
                %7 = arith.select %5, %2, %6 : f32
                %8 = affine.load %A[(%i * 4) + %il, %j] : memref<6x8xf32>
                %9 = arith.addf %7, %8 fastmath<reassoc> : f32
                affine.store %9, %s[(%i * 4) + %il] : memref<6xf32>
              }
            } {unroll = 4}
          }
        }
        return
      }
    }
    "
  `);
});

test("what is no pass, what a nest cannot have", async () => {
  const message = async (...args: readonly string[]) => (await hidalgo("opt", file, ...args)).stderr;
  expect(await message("--pass", "affine-dance")).toContain("AFF0003");
  expect(await message("--pass", "affine-tile{size=4}")).toContain("no option size");
  expect(await message("--pass", "affine-tile{sizes=4,4 nest=0}")).toContain("AFF0002");
  expect(await message("--pass", "affine-tile{sizes=4 nest=7}")).toContain("there is no nest 7");
  expect((await hidalgo("opt", "--list")).stdout).toContain("affine-perfectize");
});

test("directives of a file", async () => {
  const directives = join(folder, "directives.json");
  const write = (value: unknown): void => {
    writeFileSync(directives, JSON.stringify(value));
  };
  const run = () =>
    hidalgo("opt", file, "--pass", "affine-distribute", "--directives", directives, "--verify-each");
  write({ loops: { j: { unroll: 2 } }, orders: [["j", "i"]], arrays: { A: { partition: [1, 2] } } });
  expect((await run()).stdout).toContain("arrays = {A = {partition = [1, 2]}}");
  write({ loops: { z: { unroll: 2 } } });
  expect((await run()).stderr).toContain("AFF0004");
  write({ loops: { j: { unrol: 2 } } });
  expect((await run()).stderr).toContain("CLI0071");
});
