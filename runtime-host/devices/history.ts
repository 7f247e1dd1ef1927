/** A token and all tokens before it. */
export interface History {
  readonly token: number;
  readonly before: History | undefined;
  readonly after: Map<number, History>;
}

/** All histories that a device has seen: equal ones are the same object. */
export class Histories {
  readonly #beginnings = new Map<number, History>();

  /** `token` behind `before`; undefined: at the start. */
  append(before: History | undefined, token: number): History {
    const siblings = before?.after ?? this.#beginnings;
    const known = siblings.get(token);
    if (known !== undefined) return known;
    const made = { token, before, after: new Map<number, History>() };
    siblings.set(token, made);
    return made;
  }
}

/** All tokens of a history, the first one first. */
export function tokensOf(history: History | undefined): readonly number[] {
  const tokens: number[] = [];
  for (let at = history; at !== undefined; at = at.before) tokens.push(at.token);
  return tokens.reverse();
}
