import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtSpan, CompilerBug, fail, ok, type Result } from "../../ir/index.ts";
import { invalidDevice, unknownDevice, unreadableDevice } from "./diagnostics.ts";
import { type Device, deviceSchema } from "./schema.ts";

/** The folder of the device files that come with the package: `devices` in the nearest folder above this file. */
export function devicesDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, "devices");
    if (existsSync(candidate)) return candidate;
    const above = dirname(folder);
    if (above === folder) throw new CompilerBug("the package has no devices folder");
    folder = above;
  }
}

/** The names of the devices in `directory`, sorted. */
export function knownDevices(directory: string = devicesDirectory()): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** Reads a device by name, or by the path of its file; what is wrong with it comes back as diagnostics. */
export function loadDevice(name: string, directory: string = devicesDirectory()): Result<Device> {
  if (name.endsWith(".json")) return readDevice(name);
  const known = knownDevices(directory);
  if (!known.includes(name)) return fail(unknownDevice(builtSpan("--device"), { name, known }));
  return readDevice(join(directory, `${name}.json`));
}

function readDevice(file: string): Result<Device> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return fail(
      unreadableDevice(builtSpan(file), { reason: error instanceof Error ? error.message : String(error) }),
    );
  }
  const parsed = deviceSchema.safeParse(content);
  if (parsed.success) return ok(parsed.data);
  return fail(
    ...parsed.error.issues.map((issue) =>
      invalidDevice(builtSpan(file), { path: issue.path.map(String).join("."), problem: issue.message }),
    ),
  );
}
