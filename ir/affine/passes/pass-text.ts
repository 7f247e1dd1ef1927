import { builtSpan } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { badPass } from "../diagnostics.ts";

/** A pass as it is written: `affine-tile{sizes=4,8 guarded}`. */
export interface PassCall {
  readonly name: string;
  readonly options: PassOptions;
}

/** The options of a pass by name. */
export class PassOptions {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** Whether an option is given without a value, or is `true`. */
  flag(name: string): boolean {
    const value = this.#values.get(name);
    return value !== undefined && value !== "false" && value !== "0";
  }

  /** A whole number; undefined where it is absent or none. */
  number(name: string): number | undefined {
    return this.numbers(name)?.[0];
  }

  /** Whole numbers with commas between them; undefined where they are absent or something else. */
  numbers(name: string): readonly number[] | undefined {
    const value = this.#values.get(name);
    if (value === undefined || !/^\d+(?:,\d+)*$/u.test(value)) return undefined;
    return value.split(",").map(Number);
  }
}

/** Reads the text of a pass in MLIR's syntax: options in braces, spaces between them, numbers of a list with commas. */
export function parsePassCall(text: string): Result<PassCall> {
  const match = /^\s*([\w-]+)\s*(?:\{([^{}]*)\})?\s*$/u.exec(text);
  const [, name, body = ""] = match ?? [];
  if (name === undefined)
    return fail(badPass(builtSpan("--pass"), { text, reason: "it is no name with options in braces" }));
  const values = new Map<string, string>();
  for (const part of body.split(/[\s;]+/u).filter((word) => word !== "")) {
    const [key = "", ...value] = part.split("=");
    values.set(key, value.length === 0 ? "true" : value.join("="));
  }
  return ok({ name, options: new PassOptions(values) });
}
