/** Our bug, never the user's: everything that a user can cause is a diagnostic. */
export class CompilerBug extends Error {
  constructor(message: string) {
    super(`${message} (this is a bug in Hidalgo: please report it)`);
    this.name = "CompilerBug";
  }
}

/** Ends a switch over a closed union: a new kind is a compile error here. */
export function unreachable(value: never): never {
  throw new CompilerBug(`unhandled case: ${JSON.stringify(value)}`);
}

/** The element at `index`; an index outside the array is a bug of the caller. */
export function at<T>(array: ArrayLike<T>, index: number): T {
  const element = array[index];
  if (element === undefined) {
    throw new CompilerBug(`index ${String(index)} is outside an array of ${String(array.length)}`);
  }
  return element;
}

/** The value, which the caller knows to be there. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new CompilerBug(`${what} is missing`);
  return value;
}
