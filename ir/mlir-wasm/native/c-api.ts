import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { C_API_DIALECTS } from "./c-api-dialects.ts";
import { GENERATED_HEADERS } from "./toolchain.ts";

/** Headers of the C API whose functions are exported, below `mlir-c/`. */
const C_API_HEADERS: readonly string[] = [
  "AffineExpr",
  "AffineMap",
  "BuiltinAttributes",
  "BuiltinTypes",
  "Debug",
  "Diagnostics",
  "IntegerSet",
  "Interfaces",
  "IR",
  "Pass",
  "Rewrite",
  "Support",
  ...C_API_DIALECTS.map((name) => `Dialect/${name}`),
];

/** How a value crosses the border of the module. */
export type CValue =
  | { readonly kind: "void" | "flag" | "number" | "bigint" | "pointer" | "callback" }
  /** A structure of one pointer: travels as that pointer. */
  | { readonly kind: "handle"; readonly name: string }
  /** A larger structure: travels as the address of a copy; a result is written to an address given first. */
  | { readonly kind: "struct"; readonly name: string };

/** One function of the C API. */
export interface CFunction {
  readonly name: string;
  readonly header: string;
  readonly parameters: readonly { readonly name: string; readonly type: CValue }[];
  readonly result: CValue;
}

/** What is read of clang's syntax tree. */
interface AstNode {
  readonly kind: string;
  readonly name?: string;
  readonly inline?: boolean;
  readonly loc?: AstLocation;
  readonly type?: { readonly qualType: string; readonly desugaredQualType?: string };
  readonly inner?: readonly AstNode[];
}
interface AstLocation {
  readonly file?: string;
  readonly spellingLoc?: AstLocation;
  readonly expansionLoc?: AstLocation;
}

const NUMBERS = [
  ...["int", "unsigned", "unsigned int", "float", "double", "size_t", "intptr_t"],
  ...[8, 16, 32].flatMap((width) => [`int${width}_t`, `uint${width}_t`]),
];
const SCALARS: ReadonlyMap<string, "void" | "flag" | "number" | "bigint"> = new Map([
  ["void", "void"],
  ["bool", "flag"],
  ["_Bool", "flag"],
  ["int64_t", "bigint"],
  ["uint64_t", "bigint"],
  ...NUMBERS.map((name) => [name, "number"] as const),
]);

/** Structures by their number of fields, and what is an alias of a function pointer or an enumeration. */
interface Declared {
  readonly fields: ReadonlyMap<string, number>;
  readonly callbacks: ReadonlySet<string>;
}

function crossing(qualType: string, declared: Declared): CValue {
  const name = qualType.replace(/\bconst\b|\bstruct\b|\benum\b/gu, "").trim();
  const fields = declared.fields.get(name);
  if (fields !== undefined) return { kind: fields === 1 ? "handle" : "struct", name };
  const kind = SCALARS.get(name);
  if (kind !== undefined) return { kind };
  if (name.includes("(*)") || declared.callbacks.has(name)) return { kind: "callback" };
  if (/[*\]]$/u.test(name)) return { kind: "pointer" };
  if (/^mlir/iu.test(name)) return { kind: "number" }; // what is left: enumerations
  throw new Error(`the C API uses a type that is not known here: ${qualType}`);
}

function declaredIn(nodes: readonly AstNode[]): Declared {
  const fields = new Map<string, number>();
  const callbacks = new Set<string>();
  for (const node of nodes) {
    const { kind, name, type, inner = [] } = node;
    if (name === undefined) continue;
    const count = inner.filter((child) => child.kind === "FieldDecl").length;
    if (kind === "RecordDecl" && count > 0) fields.set(name, count);
    if (kind === "TypedefDecl" && type?.qualType.includes("(*)") === true) callbacks.add(name);
  }
  return { fields, callbacks };
}

function functionOf(node: AstNode, header: string, declared: Declared): CFunction {
  const { name = "", type, inner = [] } = node;
  const signature = type?.qualType ?? "";
  const parameters = inner
    .filter((child) => child.kind === "ParmVarDecl")
    .map((child, index) => ({
      name: child.name ?? `argument${String(index)}`,
      type: crossing(child.type?.qualType ?? "", declared),
    }));
  return { name, header, parameters, result: crossing(signature.slice(0, signature.indexOf("(")), declared) };
}

/** The functions that the headers declare, as clang reads them, in the order of the headers. */
export function readCApi(shim: string, folder: string): readonly CFunction[] {
  const all = join(folder, "c-api.h");
  writeFileSync(all, C_API_HEADERS.map((header) => `#include "mlir-c/${header}.h"\n`).join(""));
  const args = [
    `-I${shim}`,
    `-I${GENERATED_HEADERS}`,
    "-fsyntax-only",
    "-Xclang",
    "-ast-dump=json",
    "-x",
    "c",
    all,
  ];
  const text = execFileSync("clang-14", args, { encoding: "utf8", maxBuffer: 1 << 28 });
  const { inner: nodes = [] } = JSON.parse(text) as AstNode; // clang's own format
  const declared = declaredIn(nodes);
  const functions: CFunction[] = [];
  let file = "";
  for (const node of nodes) {
    file = fileOf(node) ?? file; // clang names a file only where it differs from the one before
    const header = /mlir-c\/(?<header>.+)\.h$/u.exec(file)?.groups?.["header"];
    if (header !== undefined && isPublicFunction(node)) functions.push(functionOf(node, header, declared));
  }
  return functions;
}

function fileOf({ loc }: AstNode): string | undefined {
  return loc?.file ?? loc?.expansionLoc?.file ?? loc?.spellingLoc?.file;
}

function isPublicFunction({ kind, name, inline }: AstNode): boolean {
  return kind === "FunctionDecl" && inline !== true && name?.startsWith("mlir") === true;
}

/** The functions that `archive` defines: a few of the headers belong to libraries that are left out. */
export function definedIn(archive: string, functions: readonly CFunction[]): readonly CFunction[] {
  const listing = execFileSync("llvm-nm-14", ["--defined-only", "--format=just-symbols", archive], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const symbols = new Set(listing.split("\n"));
  return functions.filter(
    (one, index) => symbols.has(one.name) && functions.findIndex((f) => f.name === one.name) === index,
  );
}
