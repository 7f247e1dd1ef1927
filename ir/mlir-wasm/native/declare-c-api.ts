import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CFunction, CValue } from "./c-api.ts";

const NOTICE =
  "// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.\n";

const HELPERS = `/** An address in the module's memory. */
export type Pointer = number & { readonly kind: "Pointer" };

/** The address of a structure of more than one field. */
export type StructPointer<Name extends string> = Pointer & { readonly struct: Name };

/** A function of the module as its table numbers it. */
export type Callback = number & { readonly kind: "Callback" };

/** A C++ object behind a pointer, as the C API names it; 0 where the API says null. */
type Handle<Name extends string> = number & { readonly handle: Name };
`;

function parameterType(value: CValue): string {
  switch (value.kind) {
    case "void":
      return "void";
    case "flag":
      return "boolean";
    case "number":
    case "bigint":
      return value.kind;
    case "pointer":
      return "Pointer";
    case "callback":
      return "Callback";
    case "handle":
      return value.name;
    case "struct":
      return `StructPointer<"${value.name}">`;
  }
}

/** A C `bool` comes back as the number 0 or 1. */
function resultType(value: CValue): string {
  if (value.kind === "flag") return "number";
  return value.kind === "struct" ? "void" : parameterType(value);
}

/** Names that C allows and TypeScript does not. */
const RESERVED = new Set(["with", "function", "in", "new", "delete", "this", "var", "typeof", "arguments"]);

function declaration({ name, parameters, result }: CFunction): string {
  const written = parameters.map(
    (parameter) => `${nameOf(parameter.name)}: ${parameterType(parameter.type)}`,
  );
  if (result.kind === "struct") written.unshift(`result: ${parameterType(result)}`);
  return `  ${name}(${written.join(", ")}): ${resultType(result)};`;
}

function nameOf(parameter: string): string {
  return RESERVED.has(parameter) ? `${parameter}Value` : parameter;
}

function fileName(header: string): string {
  if (header.startsWith("Dialect/")) return "dialects";
  return header.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, "-").toLowerCase();
}

function interfaceName(file: string): string {
  return `${file.replaceAll(/(?:^|-)(?<letter>[a-z])/gu, (_, letter: string) => letter.toUpperCase())}Functions`;
}

function namesUsed(
  functions: readonly CFunction[],
  values: (one: CFunction) => readonly CValue[],
): readonly string[] {
  const names = functions.flatMap(values).map(parameterType);
  return [...new Set(names.map((name) => name.replace(/<.*/u, "")))]
    .filter((name) => /^[A-Z]/u.test(name))
    .sort();
}

function allValues({ parameters, result }: CFunction): readonly CValue[] {
  return [...parameters.map(({ type }) => type), result];
}

function writeFunctions(folder: string, file: string, functions: readonly CFunction[]): void {
  const imports = namesUsed(functions, allValues);
  const lines = [
    NOTICE,
    ...(imports.length === 0 ? [] : [`import type { ${imports.join(", ")} } from "./handles.ts";\n`]),
    `/** ${[...new Set(functions.map(({ header }) => `mlir-c/${header}.h`))].join(", ")} */`,
    `export interface ${interfaceName(file)} {`,
    ...functions.map(declaration),
    "}\n",
  ];
  writeFileSync(join(folder, `${file}.ts`), lines.join("\n"));
}

function writeHandles(folder: string, functions: readonly CFunction[]): void {
  const handles = functions
    .flatMap(allValues)
    .flatMap((value) => (value.kind === "handle" ? [value.name] : []));
  const lines = [...new Set(handles)].sort().map((name) => `export type ${name} = Handle<"${name}">;`);
  writeFileSync(join(folder, "handles.ts"), `${NOTICE}\n${HELPERS}\n${lines.join("\n")}\n`);
}

/** Writes the declarations of all functions into `folder`: one file a header, the dialects together. */
export function writeDeclarations(folder: string, functions: readonly CFunction[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeHandles(folder, functions);
  const files = new Map<string, CFunction[]>();
  for (const one of functions) {
    const file = fileName(one.header);
    files.set(file, [...(files.get(file) ?? []), one]);
  }
  const imports: string[] = [];
  for (const [file, own] of files) {
    writeFunctions(folder, file, own);
    imports.push(`import type { ${interfaceName(file)} } from "./${file}.ts";`);
  }
  const parents = [...files.keys()].map(interfaceName).join(",\n    ");
  const text = `${NOTICE}\n${imports.sort().join("\n")}\n
/** Every exported function of MLIR's C API, as the module offers it. */
export interface MlirCApi
  extends ${parents} {}
`;
  writeFileSync(join(folder, "functions.ts"), text);
}
