import type { Dependence, Operation, OperatorType, Problem, Resource } from "./problem.ts";

export type ParseResult =
  | { readonly kind: "parsed"; readonly problem: Problem }
  | { readonly kind: "rejected"; readonly line: number; readonly message: string };

interface Draft {
  periodPs: number | undefined;
  readonly operations: Operation[];
  readonly types: OperatorType[];
  readonly resources: Resource[];
  readonly dependences: Dependence[];
  readonly idByName: Map<string, number>;
}

const forms: readonly {
  readonly pattern: RegExp;
  readonly add: (draft: Draft, fields: Fields) => string | undefined;
}[] = [
  { pattern: /^period (?<period>\S+)$/u, add: addPeriod },
  { pattern: /^resource (?<name>\S+) (?<units>\S+)$/u, add: addResource },
  {
    pattern:
      /^type (?<name>\S+) latency (?<latency>\S+) in (?<input>\S+) out (?<output>\S+)(?: on (?<resource>\S+))?$/u,
    add: addType,
  },
  { pattern: /^op (?<name>\S+) (?<type>\S+)(?: bits (?<bits>\S+))?$/u, add: addOperation },
  { pattern: /^(?<from>\S+) -> (?<to>\S+)(?: @(?<distance>\S+))?$/u, add: addData },
  { pattern: /^(?<from>\S+) => (?<to>\S+)(?: @(?<distance>\S+))?(?: min (?<min>\S+))?$/u, add: addOrder },
];

/** Reads the text form of {@link printProblem}; `#` starts a comment. */
export function parseProblem(text: string): ParseResult {
  const draft: Draft = {
    periodPs: undefined,
    operations: [],
    types: [],
    resources: [],
    dependences: [],
    idByName: new Map(),
  };
  const lines = text.split("\n");
  for (const [index, raw] of lines.entries()) {
    const line = raw.replace(/#.*$/u, "").trim().replace(/\s+/gu, " ");
    const message = line === "" ? undefined : readLine(draft, line);
    if (message !== undefined) return { kind: "rejected", line: index + 1, message };
  }
  const { operations, types, resources, dependences, periodPs } = draft;
  if (periodPs === undefined)
    return { kind: "rejected", line: lines.length, message: 'there is no "period" line' };
  return { kind: "parsed", problem: { operations, types, resources, dependences, periodPs } };
}

function readLine(draft: Draft, line: string): string | undefined {
  for (const { pattern, add } of forms) {
    const match = pattern.exec(line);
    if (match !== null) return add(draft, new Fields(match.groups ?? {}));
  }
  return `"${line}" is not a period, resource, type, op or dependence`;
}

/** The named parts of a line; remembers the first part that is not a number where one is needed. */
class Fields {
  private readonly groups: Readonly<Record<string, string | undefined>>;
  error: string | undefined;

  constructor(groups: Readonly<Record<string, string | undefined>>) {
    this.groups = groups;
  }

  text(name: string): string {
    return this.groups[name] ?? "";
  }

  optional(name: string): string | undefined {
    return this.groups[name];
  }

  number(name: string, absent = 0): number {
    const text = this.groups[name];
    if (text === undefined) return absent;
    if (!/^\d+(?:\.\d+)?$/u.test(text)) this.error ??= `${name} is "${text}"; expected a number`;
    return Number(text);
  }
}

function addPeriod(draft: Draft, fields: Fields): string | undefined {
  draft.periodPs = fields.number("period");
  return fields.error;
}

function addResource(draft: Draft, fields: Fields): string | undefined {
  draft.resources.push({ name: fields.text("name"), units: fields.number("units") });
  return fields.error;
}

function addType(draft: Draft, fields: Fields): string | undefined {
  const resource = fields.optional("resource");
  draft.types.push({
    name: fields.text("name"),
    latencyCycles: fields.number("latency"),
    inputDelayPs: fields.number("input"),
    outputDelayPs: fields.number("output"),
    ...(resource === undefined ? {} : { resource }),
  });
  return fields.error;
}

function addOperation(draft: Draft, fields: Fields): string | undefined {
  const id = draft.operations.length;
  const name = fields.text("name");
  const bits = fields.optional("bits") === undefined ? {} : { resultBits: fields.number("bits") };
  draft.operations.push({ id, name, type: fields.text("type"), ...bits });
  draft.idByName.set(name, id);
  return fields.error;
}

function addData(draft: Draft, fields: Fields): string | undefined {
  const ends = readEnds(draft, fields);
  if (typeof ends === "string") return ends;
  draft.dependences.push({ kind: "data", ...ends });
  return undefined;
}

function addOrder(draft: Draft, fields: Fields): string | undefined {
  const minCycles = fields.number("min");
  const ends = readEnds(draft, fields);
  if (typeof ends === "string") return ends;
  draft.dependences.push({ kind: "order", ...ends, minCycles });
  return undefined;
}

function readEnds(draft: Draft, fields: Fields): { from: number; to: number; distance: number } | string {
  const from = draft.idByName.get(fields.text("from"));
  const to = draft.idByName.get(fields.text("to"));
  const distance = fields.number("distance");
  if (fields.error !== undefined) return fields.error;
  if (from === undefined) return `there is no operation "${fields.text("from")}" above this line`;
  if (to === undefined) return `there is no operation "${fields.text("to")}" above this line`;
  return { from, to, distance };
}
