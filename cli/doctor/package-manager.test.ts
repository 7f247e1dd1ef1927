import { expect, test } from "vitest";
import { installCommand } from "./package-manager.ts";

test("only root goes without sudo", () => {
  expect(installCommand("pacman", ["verilator", "gcc"], "other")).toBe(
    "sudo pacman -S --needed verilator gcc",
  );
  expect(installCommand("pacman", ["verilator", "gcc"], "root")).toBe("pacman -S --needed verilator gcc");
  expect(installCommand("brew", ["verilator"], "other")).toBe("brew install verilator");
});
