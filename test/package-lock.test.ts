import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
});

/**
 * `npm ci` refuses a lock file that leaves out a platform's binary package, and npm leaves one out when the registry
 * at hand does not carry it. Such an entry needs no more than its version, `os`, `cpu`, `libc` and `optional`.
 */
test("the lock file names the binary packages of every platform", () => {
  const text = readFileSync(resolve(import.meta.dirname, "../package-lock.json"), "utf8");
  const { packages } = lockSchema.parse(JSON.parse(text));
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
});
