import { expect, test } from "vitest";
import { buildSimulator } from "../../sim/index.ts";
import { FaultyMachine } from "./faults/faulty-machine.ts";
import { tinyAccelerator, unwrap } from "./faults/tiny-accelerator.ts";

test.for(["sequential", "optimized"] as const)(
  "beats narrower than the device's port: %s",
  async (schedule) => {
    const tiny = tinyAccelerator({ schedule, memoryOf: "kv260" });
    const built = unwrap(await buildSimulator("faults", tiny.top.modules, { engine: "embedded" }));
    const machine = new FaultyMachine(tiny, built);
    await machine.open();
    await machine.load(tiny.before);
    await machine.start();
    await machine.run(200_000, "interrupt");
    expect(await machine.read("error_code")).toBe(0);
    expect(Buffer.compare(await machine.memory(), tiny.behind)).toBe(0);
    expect(await machine.peek("axi_violation")).toBe(0n);
    await machine.close();
  },
);
