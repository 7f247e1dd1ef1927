import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HwBuilder, type Result } from "../ir/index.ts";
import { ChildEngine } from "./hosted/child-engine.ts";
import {
  buildSimulator,
  type EngineName,
  findTool,
  type HwSimulator,
  SimulationError,
  synthesize,
} from "./index.ts";
import { combinationalLoop, counter, unknownState } from "./testing/small-designs.ts";
import { binaryProtocol } from "./verilator/binary-protocol.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hidalgo-failures-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function value<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(result.diagnostics[0]?.message);
  return result.value;
}

function problem(result: Result<unknown>): string {
  return result.kind === "error"
    ? result.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n")
    : "no diagnostic";
}

async function failure(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (error instanceof SimulationError) return `${error.diagnostic.code} ${error.diagnostic.message}`;
    throw error;
  }
  return "no diagnostic";
}

/** Processes that `pid` started and that still live. */
function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8")
    .split(" ")
    .filter((text) => text !== "")
    .map(Number);
}

/** A program that stands for a simulation and runs `script`. */
function fake(script: string, timeoutSeconds = 20): ChildEngine {
  return new ChildEngine({
    engine: "fake",
    command: "/bin/sh",
    args: ["-c", script],
    decode: binaryProtocol().decode,
    timeoutSeconds,
  });
}

/** A program named `name` at the front of the PATH. */
function plant(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
}

const command = binaryProtocol().run(0, 10, undefined);
const run = (): string => "run of 10 cycles";

test("a simulation that aborts is a diagnostic with its last words", async () => {
  expect(
    await failure(fake("echo '%Fatal: dut.v:3: out of luck' >&2; kill -ABRT $$").ask(command, run)),
  ).toMatch(
    /^SIM0005 the fake simulation ended \(SIGABRT\) at or after cycle 0 during run of 10 cycles: %Fatal: dut\.v:3: out of luck$/u,
  );
});

test("a simulation that ends early, or says what cannot be understood, is a diagnostic", async () => {
  expect(await failure(fake("exit 3").ask(command, run))).toMatch(/^SIM0005 .*exit code 3/u);
  expect(await failure(fake("printf '\\001\\000\\000\\000\\001'; sleep 60").ask(command, run))).toMatch(
    /^SIM0005 .*garbled output/u,
  );
  const missing = new ChildEngine({
    engine: "fake",
    command: join(folder, "nothing"),
    args: [],
    decode: () => [],
    timeoutSeconds: 5,
  });
  expect(await failure(missing.ask(command, run))).toMatch(/^SIM0005 .*ENOENT/u);
});

test("a simulation that hangs is ended and is a diagnostic", async () => {
  const engine = fake("exec sleep 600", 0.3);
  expect(await failure(engine.ask(command, run))).toBe(
    "SIM0006 the fake simulation did not answer within 0.3 s; last seen at cycle 0 during run of 10 cycles",
  );
  expect(await failure(engine.ask(command, run))).toMatch(/^SIM0006/u);
  await engine.close(command);
});

test("a process that does not want to close is made to", async () => {
  const engine = fake("trap '' TERM INT; while :; do sleep 0.1 </dev/null; done");
  await engine.close(command);
  expect(await failure(engine.ask(command, run))).toMatch(/SIGKILL/u);
});

const hosted: readonly (readonly [EngineName, string])[] = [
  ["icarus", "iverilog"],
  ["verilator", "verilator"],
];

async function hostedCounter(
  engine: EngineName,
): Promise<{ readonly simulator: HwSimulator; readonly pid: number }> {
  const before = new Set(childrenOf(process.pid));
  const simulator = value(await buildSimulator("counter", [counter(3)], { engine, timeoutSeconds: 3 }));
  simulator.poke("rst", 1n);
  await simulator.run(5);
  const pid = childrenOf(process.pid).find((child) => !before.has(child));
  if (pid === undefined) throw new Error("no process was started");
  return { simulator, pid };
}

test.for(hosted)(
  "%s killed or stopped in the middle of a run is a diagnostic with cycle and inputs",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined || !existsSync("/proc/self/task"), `${tool} is not installed`);
    const first = await hostedCounter(engine);
    const killed = failure(first.simulator.run(1_000_000_000));
    process.kill(first.pid, "SIGKILL");
    expect(await killed).toMatch(
      /^SIM0005 .*SIGKILL\) at or after cycle \d+ during run of 1000000000 cycles with rst = 0x1$/u,
    );
    expect(await failure(first.simulator.peek("count"))).toMatch(/^SIM0005/u);
    await first.simulator.close();
    const second = await hostedCounter(engine);
    process.kill(second.pid, "SIGSTOP");
    expect(await failure(second.simulator.run(10))).toMatch(
      /^SIM0006 .*last seen at cycle 5 during run of 10 cycles with rst = 0x1$/u,
    );
    await second.simulator.close();
    expect(childrenOf(process.pid)).not.toContain(second.pid);
  },
);

test.for([["embedded", "sh"], ...hosted] as const)(
  "%s refuses combinational loops and modules that are not there",
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    expect(problem(await buildSimulator("ring", [combinationalLoop()], { engine }))).toMatch(
      /^SIM0002 combinational logic depends on itself/u,
    );
    expect(problem(await buildSimulator("nothing", [counter(3)], { engine }))).toBe(
      "SIM0001 there is no hardware module nothing",
    );
  },
);

test.for(hosted)("%s that is not installed is a diagnostic", async ([engine, tool]) => {
  vi.stubEnv("PATH", folder);
  expect(problem(await buildSimulator("counter", [counter(3)], { engine }))).toBe(
    `SIM0003 ${engine === "icarus" ? "vvp" : tool} was not found`,
  );
});

test("tools that fail are diagnostics with what they said", async ({ skip }) => {
  skip(
    findTool("verilator") === undefined || findTool("iverilog") === undefined,
    "verilator or iverilog is not installed",
  );
  plant("g++", "echo 'cc1plus: out of memory' >&2; exit 1");
  expect(problem(await buildSimulator("counter", [counter(3)], { engine: "verilator" }))).toMatch(
    /^SIM0004 g\+\+ failed: cc1plus: out of memory/u,
  );
  plant("verilator", "echo '%Error: no'; exit 1");
  expect(problem(await buildSimulator("counter", [counter(3)], { engine: "verilator" }))).toMatch(
    /^SIM0004 verilator failed: %Error: no/u,
  );
  plant("iverilog", "kill -SEGV $$");
  expect(problem(await buildSimulator("counter", [counter(3)], { engine: "icarus" }))).toMatch(
    /^SIM0004 iverilog failed/u,
  );
});

test("synthesis that fails is a diagnostic", async () => {
  const files = new Map([["x.v", "module x; endmodule"]]);
  plant("yosys", "echo 'ERROR: no'; exit 1");
  expect(problem(await synthesize(files, "x", "xc7", { tool: "native" }))).toMatch(
    /^SIM0004 yosys failed: ERROR: no/u,
  );
  plant("yosys", "echo '{}' > statistics.json");
  expect(problem(await synthesize(files, "x", "xc7", { tool: "native" }))).toMatch(
    /^SIM0008 synthesis by yosys failed: no statistics/u,
  );
});

test.for(hosted)("%s says which folder or waveform cannot be written", async ([engine, tool], { skip }) => {
  skip(findTool(tool) === undefined, `${tool} is not installed`);
  const trace = join(folder, "missing", "wave.vcd");
  expect(problem(await buildSimulator("counter", [counter(3)], { engine, trace }))).toMatch(
    /^SIM0010 .*wave\.vcd cannot be written: ENOENT/u,
  );
});

test("icarus says where an output is unknown", async ({ skip }) => {
  skip(findTool("iverilog") === undefined, "iverilog is not installed");
  const simulator = value(await buildSimulator("unknown_state", [unknownState()], { engine: "icarus" }));
  await simulator.run(4);
  expect(await failure(simulator.peek("held"))).toBe(`SIM0007 output held is ${"x".repeat(32)} at cycle 4`);
  await simulator.close();
});

test("memories beyond 4 GiB are refused by the embedded simulator", async () => {
  const b = new HwBuilder("vast", [
    { name: "clk", width: "clock" },
    { name: "address", width: 30 },
  ]);
  const memory = b.memory({ name: "store", depth: 2 ** 30, width: 64, readLatency: 1 });
  b.output("word", b.readPort(memory, b.input("address")));
  expect(problem(await buildSimulator("vast", [b.finish()], { engine: "embedded" }))).toMatch(
    /^SIM0009 .*8589934592 bytes/u,
  );
});

const runForever = `
import { buildSimulator } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
import { counter } from ${JSON.stringify(new URL("./testing/small-designs.ts", import.meta.url).href)};
const built = await buildSimulator("counter", [counter(3)], { engine: "icarus" });
if (built.kind === "error") process.exit(9);
built.value.poke("rst", 1n);
await built.value.run(1);
console.log("running");
await built.value.run(1e9);
`;

test("who listens for a signal can use the simulation until the end", { timeout: 60_000 }, async ({
  skip,
}) => {
  skip(findTool("iverilog") === undefined, "iverilog is not installed");
  const graceful = `
process.once("SIGTERM", () => {
  void built.value.run(2).then(() => {
    console.log("ran on");
    process.exit(0);
  });
});
// begin
console.log("running");
setInterval(() => undefined, 1000);`;
  const script = graceful.replace(
    "// begin",
    runForever.slice(0, runForever.indexOf('console.log("running")')),
  );
  writeFileSync(join(folder, "graceful.ts"), script);
  const host = spawn(process.execPath, [join(folder, "graceful.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(host, "close");
  let said = "";
  host.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said === "running\n") host.kill("SIGTERM");
  });
  expect(await ended).toEqual([0, null]);
  expect(said).toBe("running\nran on\n");
});

test("Ctrl-C ends the simulation processes and removes their files", { timeout: 60_000 }, async ({
  skip,
}) => {
  skip(findTool("iverilog") === undefined || !existsSync("/proc/self/task"), "iverilog is not installed");
  writeFileSync(join(folder, "forever.ts"), runForever);
  const host = spawn(process.execPath, [join(folder, "forever.ts")], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => {
    host.on("close", (code, signal) => {
      resolve(signal ?? code);
    });
  });
  await new Promise((resolve) => {
    host.stdout.once("data", resolve);
  });
  const children = childrenOf(host.pid ?? 0);
  expect(children.length).toBe(1);
  expect(readdirSync(folder).some((name) => name.startsWith("hidalgo-sim-"))).toBe(true);
  host.kill("SIGINT");
  expect(await ended).toBe("SIGINT");
  await vi.waitFor(() => {
    expect(
      children.filter(
        (pid) =>
          existsSync(`/proc/${String(pid)}/cmdline`) &&
          readFileSync(`/proc/${String(pid)}/cmdline`, "utf8") !== "",
      ),
    ).toEqual([]);
  });
  expect(readdirSync(folder).filter((name) => name.startsWith("hidalgo-sim-"))).toEqual([]);
});
