import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileTiny, writeFiles } from "./testing/tiny-kit.ts";
import { VIVADO_STUB } from "./testing/vivado-stub.ts";

const hasTcl = spawnSync("tclsh", { input: "exit" }).status === 0;

test.skipIf(!hasTcl)("the packaging script runs through with Vivado's commands (tclsh)", async () => {
  const build = await compileTiny(1);
  const folder = writeFiles(build);
  const stub = join(folder, "stub.tcl");
  writeFileSync(stub, VIVADO_STUB);
  const script = join(folder, "kit", "vivado", "package_ip.tcl");
  const output = execFileSync("tclsh", [stub, script, "xc7z020clg484-1", join(folder, "ip")], {
    encoding: "utf8",
  });
  const calls = output.trimEnd().split("\n");
  const added = calls.flatMap((call) => /^add_files -norecurse (.+)$/u.exec(call)?.[1] ?? []);
  expect(added).toEqual(build.manifest.rtl.map(({ path }) => join(folder, path)));
  expect(added.every((file) => existsSync(file))).toBe(true);
  expect(calls).toContain("create_project -in_memory -part xc7z020clg484-1");
  expect(calls).toContain("set_property value 300000000 ipx::add_bus_parameter:FREQ_HZ");
  for (const name of ["s_axi_control", "m_axi_gmem0"])
    expect(calls).toContain(`ipx::associate_bus_interfaces -busif ${name} -clock ap_clk ipx::current_core:`);
  const registers = calls.flatMap((call) => /^ipx::add_register (\S+) /u.exec(call)?.[1] ?? []);
  expect(registers).toEqual(build.manifest.registers.map(({ name }) => name));
  expect(calls).toContain("ipx::add_address_space m_axi_gmem0 ipx::current_core:");
  expect(calls.at(-1)).toBe(`packaged in ${join(folder, "ip")}`);
});

test("the core file names every file of the build that it needs, and the clock is the design's", async () => {
  const build = await compileTiny(1);
  const folder = writeFiles(build);
  const core = readFileSync(join(folder, "hidalgo.core"), "utf8");
  expect(core.startsWith("CAPI=2:\n")).toBe(true);
  const named = core.split("\n").flatMap((line) => /^ {6}- ([^\s:]+)/u.exec(line)?.[1] ?? []);
  expect(named).toHaveLength(build.manifest.rtl.length + 3);
  expect(named.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  const xdc = readFileSync(join(folder, "kit", "vivado", "hidalgo.xdc"), "utf8");
  expect(xdc).toContain("create_clock -name ap_clk -period 3.333 [get_ports ap_clk]");
});

test("the register map lists every word, error and region", async () => {
  const { manifest, files } = await compileTiny(1);
  const text = String(files.get("kit/registers.md"));
  for (const { name } of manifest.registers) expect(text).toContain(`| \`${name}\` |`);
  for (const name of Object.keys(manifest.error_codes)) expect(text).toContain(`\`${name}\``);
  for (const { name } of manifest.row_descriptor.fields) expect(text).toContain(`| \`${name}\` |`);
});
