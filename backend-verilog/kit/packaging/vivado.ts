import { spaceOf } from "../driver/registers-header.ts";
import type { KitSource } from "../source.ts";
import { textOf } from "../text.ts";

/** The part of a manifest that packaging needs beside what the hardware looks like. */
interface PackagingSource extends KitSource {
  readonly memory_bytes: number;
}

/** `hidalgo.xdc`: the clock that the design was compiled for. */
export function clockConstraint({ ports, design }: KitSource): string {
  const period = (1000 / design.clock.mhz).toFixed(3);
  return textOf([
    "# The clock that the design was scheduled for.",
    `create_clock -name ${ports.clock} -period ${period} [get_ports ${ports.clock}]`,
  ]);
}

/**
 * `package_ip.tcl`: packages the Verilog as an IP of the Vivado catalog: AXI interfaces with their address spaces, the register
 * map, clock, reset and interrupt. \`vivado -mode batch -source package_ip.tcl -tclargs PART FOLDER\`.
 */
export function packageScript(source: PackagingSource, part: string): string {
  const { top, ports, registers, rtl, design } = source;
  const masters = ports.axi.map(({ name }) => name);
  return textOf([
    "# Packages the accelerator as an IP. Arguments: part, folder of the IP (both optional). Generated.",
    "set build [file normalize [file join [file dirname [info script]] .. ..]]",
    `set part [expr {$argc > 0 ? [lindex $argv 0] : {${part}}}]`,
    "set ip_root [file normalize [expr {$argc > 1 ? [lindex $argv 1] : [file join $build kit vivado ip]}]]",
    "",
    "create_project -in_memory -part $part",
    ...rtl.map(({ path }) => `add_files -norecurse [file join $build {${path}}]`),
    "add_files -fileset constrs_1 -norecurse [file join $build kit vivado hidalgo.xdc]",
    `set_property top ${top} [current_fileset]`,
    "update_compile_order -fileset sources_1",
    "",
    "ipx::package_project -root_dir $ip_root -vendor hidalgo -library accelerator -taxonomy /UserIP -import_files -force",
    "set core [ipx::current_core]",
    `set_property name ${top} $core`,
    "set_property version 1.0 $core",
    "set_property display_name {Hidalgo accelerator} $core",
    `set_property description {Transformer accelerator, design ${design.id}} $core`,
    "",
    "# clock and reset belong to every interface",
    ...["s_axi_control", ...masters].map(
      (name) => `ipx::associate_bus_interfaces -busif ${name} -clock ${ports.clock} $core`,
    ),
    `ipx::associate_bus_interfaces -clock ${ports.clock} -reset ${ports.reset} $core`,
    ...clockFrequency(source),
    ...interrupt(),
    ...registerSpace(registers),
    ...masters.flatMap((name) => masterSpace(name, source)),
    "",
    "ipx::update_checksums $core",
    "ipx::check_integrity $core",
    "ipx::save_core $core",
    'puts "packaged in $ip_root"',
  ]);
}

function clockFrequency({ ports, design }: KitSource): readonly string[] {
  return [
    `set clock [ipx::get_bus_interfaces ${ports.clock} -of_objects $core]`,
    "set frequency [ipx::add_bus_parameter FREQ_HZ $clock]",
    `set_property value ${String(Math.round(design.clock.mhz * 1e6))} $frequency`,
  ];
}

function interrupt(): readonly string[] {
  return [
    "",
    "# the interrupt: high while a step's end is not acknowledged",
    "set irq [ipx::add_bus_interface interrupt $core]",
    "set_property abstraction_type_vlnv xilinx.com:signal:interrupt_rtl:1.0 $irq",
    "set_property bus_type_vlnv xilinx.com:signal:interrupt:1.0 $irq",
    "set_property interface_mode master $irq",
    "set irq_port [ipx::add_port_map INTERRUPT $irq]",
    "set_property physical_name interrupt $irq_port",
    "set sensitivity [ipx::add_bus_parameter SENSITIVITY $irq]",
    "set_property value LEVEL_HIGH $sensitivity",
  ];
}

/** Vivado's words for how a register is accessed. */
const ACCESS = { rw: "read-write", ro: "read-only", wo: "write-only" } as const;

function registerSpace(registers: KitSource["registers"]): readonly string[] {
  return [
    "",
    "# the register map",
    "foreach map [ipx::get_memory_maps -of_objects $core] {ipx::remove_memory_map [get_property name $map] $core}",
    "set map [ipx::add_memory_map s_axi_control $core]",
    "set_property slave_memory_map_ref s_axi_control [ipx::get_bus_interfaces s_axi_control -of_objects $core]",
    "set block [ipx::add_address_block registers $map]",
    `set_property range ${String(Math.max(4096, spaceOf(registers)))} $block`,
    "set_property width 32 $block",
    "set_property usage register $block",
    ...registers.flatMap(({ name, offset, access }) => [
      `set register [ipx::add_register ${name} $block]`,
      `set_property address_offset ${String(offset)} $register`,
      "set_property size 32 $register",
      `set_property access ${ACCESS[access]} $register`,
    ]),
  ];
}

function masterSpace(name: string, { ports, memory_bytes: bytes }: PackagingSource): readonly string[] {
  const bits = ports.axi.find((port) => port.name === name)?.addr_bits ?? 0;
  return [
    "",
    `# ${name} reaches the accelerator's memory: ${String(bytes)} bytes anywhere in its space`,
    `if {[llength [ipx::get_address_spaces ${name} -of_objects $core]] == 0} {ipx::add_address_space ${name} $core}`,
    `set space [ipx::get_address_spaces ${name} -of_objects $core]`,
    `set_property range ${String(2 ** bits)} $space`,
    "set_property width 32 $space",
    `set_property master_address_space_ref ${name} [ipx::get_bus_interfaces ${name} -of_objects $core]`,
  ];
}
