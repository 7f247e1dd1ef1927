import { findProgram } from "./find-program.ts";

const packageManagers = ["apt-get", "dnf", "pacman", "brew"] as const;

/** The package managers whose commands doctor can spell out. */
export type PackageManager = (typeof packageManagers)[number];

const installBy: Readonly<Record<PackageManager, string>> = {
  "apt-get": "sudo apt-get install -y",
  dnf: "sudo dnf install -y",
  pacman: "sudo pacman -S --needed",
  brew: "brew install",
};

/** The first package manager on `path` (a PATH variable), or undefined. */
export function findPackageManager(path: string): PackageManager | undefined {
  return packageManagers.find((name) => findProgram(name, path) !== undefined);
}

/** The exact command that installs `packages`; root needs no sudo. */
export function installCommand(
  manager: PackageManager,
  packages: readonly string[],
  user: "root" | "other",
): string {
  const command = `${installBy[manager]} ${packages.join(" ")}`;
  return user === "root" ? command.replace(/^sudo /u, "") : command;
}
