import type { PackageManager } from "./package-manager.ts";

/** A program outside this package: how to ask its version, what it is for, how each package manager calls it. */
export interface Tool {
  readonly name: string;
  readonly versionFlag: string;
  /** Its group `version` finds the version in what the tool prints. */
  readonly versionPattern: RegExp;
  readonly neededFor: string;
  readonly packageBy: Readonly<Record<PackageManager, string>>;
}

/** Every external program that any verb can use; none is needed for the embedded simulator. */
export const tools: readonly Tool[] = [
  {
    name: "verilator",
    versionFlag: "--version",
    versionPattern: /^Verilator (?<version>\S+)/u,
    neededFor: "--engine rtl on Verilator, the sign-off simulator",
    packageBy: { "apt-get": "verilator", dnf: "verilator", pacman: "verilator", brew: "verilator" },
  },
  {
    name: "g++",
    versionFlag: "--version",
    versionPattern: /(?<version>\d+\.\d+\.\d+)/u,
    neededFor: "building what Verilator writes",
    packageBy: { "apt-get": "g++", dnf: "gcc-c++", pacman: "gcc", brew: "gcc" },
  },
  {
    name: "make",
    versionFlag: "--version",
    versionPattern: /^GNU Make (?<version>\S+)/u,
    neededFor: "building what Verilator writes",
    packageBy: { "apt-get": "make", dnf: "make", pacman: "make", brew: "make" },
  },
  {
    name: "yosys",
    versionFlag: "-V",
    versionPattern: /^Yosys (?<version>\S+)/u,
    neededFor: "synth, at full speed",
    packageBy: { "apt-get": "yosys", dnf: "yosys", pacman: "yosys", brew: "yosys" },
  },
  {
    name: "iverilog",
    versionFlag: "-V",
    versionPattern: /^Icarus Verilog version (?<version>\S+)/u,
    neededFor: "cross-checks against a second Verilog simulator (tests)",
    packageBy: { "apt-get": "iverilog", dnf: "iverilog", pacman: "iverilog", brew: "icarus-verilog" },
  },
];
