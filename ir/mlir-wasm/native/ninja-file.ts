import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { SOURCE_FOLDERS, type SourceFolder } from "./sources.ts";
import { COMPILE_FLAGS, CXX_FLAGS, includeFolders } from "./toolchain.ts";

/** Where a build happens: the unpacked source, our own native folder, and the folder that ninja fills. */
export interface BuildPlace {
  readonly source: string;
  readonly native: string;
  readonly out: string;
}

const NON_CXX = ["regcomp.c", "regerror.c", "regexec.c", "regfree.c", "regstrlcpy.c"].map((name) =>
  join("llvm/lib/Support", name),
);

/** Dialects with rewrite tables that Debian's headers lack, because they are private to a source file. */
const PRIVATE_TABLES = ["Arith", "Shape"];

function filesOf(source: string, folder: SourceFolder): readonly string[] {
  const base = (file: string): string => file.slice(0, -".cpp".length);
  return readdirSync(join(source, folder.path))
    .filter((file) => file.endsWith(".cpp"))
    .filter((file) => folder.only?.includes(base(file)) ?? true)
    .filter((file) => !(folder.except?.includes(base(file)) ?? false))
    .sort()
    .map((file) => join(folder.path, file));
}

function ruleFor(file: string): "c" | "cxx" | "mlir" {
  if (file.endsWith(".c")) return "c";
  return file.startsWith("mlir/") ? "mlir" : "cxx";
}

function rules(place: BuildPlace): string {
  const includes = includeFolders(join(place.native, "shim"), place.source).map((folder) => `-I${folder}`);
  const flags = [...COMPILE_FLAGS, ...includes, `-I${place.out}/generated`].join(" ");
  const depfile = "-MMD -MF $out.d";
  const cxx = CXX_FLAGS.join(" ");
  return `flags = ${flags}
rule c
  command = clang-14 $flags ${depfile} -c $in -o $out
  depfile = $out.d
  deps = gcc
rule cxx
  command = clang++-14 $flags ${cxx} $extra ${depfile} -c $in -o $out
  depfile = $out.d
  deps = gcc
rule pch
  command = clang++-14 $flags ${cxx} ${depfile} -x c++-header $in -o $out
  depfile = $out.d
  deps = gcc
rule mlir
  command = clang++-14 $flags ${cxx} -include-pch precompiled.pch $extra ${depfile} -c $in -o $out
  depfile = $out.d
  deps = gcc
rule tablegen
  command = mlir-tblgen-22 -gen-rewriters -I ${place.source}/mlir/include $in -o $out
rule archive
  command = rm -f $out && llvm-ar-14 qcsD $out @$out.list
  rspfile = $out.list
  rspfile_content = $in_newline
`;
}

/** Files with a wish of their own: the folder of their `.inc`, or a definition for the one file. */
function extraFlags(source: string, file: string): string {
  if (file.endsWith("Support/Path.cpp")) return "-DHAVE_DLOPEN=1";
  const folder = join(source, file, "..");
  return existsSync(folder) ? `-I${folder}` : "";
}

/** The text of `build.ninja`: one archive of everything compiled, and the objects of our binding. */
export function ninjaFile(place: BuildPlace, binding: readonly string[]): string {
  const files = [...SOURCE_FOLDERS.flatMap((folder) => filesOf(place.source, folder)), ...NON_CXX];
  const lines = [rules(place)];
  lines.push(`build precompiled.pch: pch ${join(place.native, "precompiled.h")}`);
  for (const dialect of PRIVATE_TABLES) {
    const table = `${dialect}Canonicalization`;
    lines.push(
      `build generated/${table}.inc: tablegen ${place.source}/mlir/lib/Dialect/${dialect}/IR/${table}.td`,
    );
  }
  const generated = PRIVATE_TABLES.map((dialect) => `generated/${dialect}Canonicalization.inc`).join(" ");
  const objects: string[] = [];
  for (const file of files) {
    const rule = ruleFor(file);
    const object = `objects/${file.replaceAll("/", ".")}.o`;
    const needs = rule === "mlir" ? ` | precompiled.pch || ${generated}` : "";
    lines.push(`build ${object}: ${rule} ${join(place.source, file)}${needs}`);
    lines.push(`  extra = ${extraFlags(place.source, file)}`);
    objects.push(object);
  }
  for (const file of binding) {
    lines.push(`build objects/${file}.o: mlir ${join(place.native, file)} | precompiled.pch\n  extra =`);
  }
  lines.push(`build libmlir.a: archive ${objects.join(" ")}`);
  lines.push(`default libmlir.a ${binding.map((file) => `objects/${file}.o`).join(" ")}`, "");
  return lines.join("\n");
}
