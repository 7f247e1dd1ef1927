import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { driverFiles } from "../../backend-verilog/index.ts";
import { present } from "../../ir/index.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { PIPE_PROGRAM } from "./testing/pipe-program.ts";
import { SimulatedBoard } from "./testing/simulated-board.ts";
import { compileTiny } from "./testing/tiny-kit.ts";

const MEMORY_BASE = 0x40000;
const WARNINGS = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-O1"];

/** The driver's sources in a folder; `more` is compiled with the core, if given. */
function writeDriver(build: CompiledBuild, more?: { readonly name: string; readonly text: string }): string {
  const folder = join(temporaryFolder(), "driver");
  mkdirSync(folder);
  for (const [name, text] of driverFiles(build.manifest)) writeFileSync(join(folder, name), text);
  if (more === undefined) return folder;
  writeFileSync(join(folder, more.name), more.text);
  const sources = [more.name, "hidalgo.c", "hidalgo_design.c"];
  execFileSync("gcc", [...WARNINGS, ...sources, "-o", "program"], { cwd: folder, stdio: "pipe" });
  return folder;
}

function weightsOf({ files }: CompiledBuild, folder: string, damage?: number): string {
  const bytes = Uint8Array.from(Buffer.from(present(files.get("weights.bin"), "weights.bin")));
  if (damage !== undefined) bytes[damage] = present(bytes[damage], "a byte") ^ 1;
  const path = join(folder, "weights.bin");
  writeFileSync(path, bytes);
  return path;
}

test.each([1, 4])(
  "%d rows: the driver gets the golden tokens from the simulated registers",
  async (rows) => {
    const build = await compileTiny(rows);
    const folder = writeDriver(build, { name: "pipe.c", text: PIPE_PROGRAM });
    const board = await SimulatedBoard.open(build, MEMORY_BASE);
    const args = [weightsOf(build, folder), MEMORY_BASE.toString(16)];
    const { code, said } = await board.serve(join(folder, "program"), args);
    expect({ code, said: said.replace(/cycles: \d{4,}/u, "cycles: many").split("\n") }).toEqual({
      code: 0,
      said: [
        "design: ok",
        "weights there: 0",
        "weights: ok",
        "weights there: 1",
        "golden: ok",
        "cycles: many",
        "unknown token: bad argument",
        "no block: bad argument",
        "no rows: bad argument",
        "too many rows: bad argument",
        "",
      ],
    });
    expect((await board.serve(join(folder, "program"), args)).said).toContain(
      "weights there: 1\nweights: ok",
    );

    const damaged = [weightsOf(build, folder, 100), MEMORY_BASE.toString(16)];
    expect(await board.serve(join(folder, "program"), damaged)).toMatchObject({
      code: 1,
      said: "design: ok\nweights there: 1\nweights: other weights\n",
    });
    const offset = present(
      build.manifest.registers.find(({ name }) => name === "design_id_lo"),
      "design_id_lo",
    ).offset;
    board.overrides.set(offset, 1);
    expect((await board.serve(join(folder, "program"), args)).said).toBe("design: other hardware\n");
    await board.close();
  },
  120_000,
);

test("both back ends build without a warning; without an operating system no library is needed", async () => {
  const folder = writeDriver(await compileTiny(1));
  execFileSync("make", ["-s", `CFLAGS=${WARNINGS.join(" ")}`], { cwd: folder, stdio: "pipe" });
  const bare = ["hidalgo.c", "hidalgo_design.c", "hidalgo_baremetal.c"];
  const flags = [...WARNINGS, "-ffreestanding", "-nostdlib", "-r", "-o", "whole.o"];
  execFileSync("gcc", [...flags, ...bare], { cwd: folder, stdio: "pipe" });
  const symbols = execFileSync("nm", ["-u", "whole.o"], { cwd: folder, encoding: "utf8" });
  const allowed = /^\s*U (memcpy|memset|memmove|memcmp|__stack_chk_fail)$/u;
  expect(symbols.split("\n").filter((line) => line !== "" && !allowed.test(line))).toEqual([]);
});
