/** A signal of a waveform: its value from each of its changes on. */
export interface VcdTrack {
  readonly width: number;
  /** Times in order, with binary digits. */
  readonly changes: readonly { readonly time: number; readonly bits: string }[];
}

type Changes = { time: number; bits: string }[];

/** Reads a value change dump: tracks by the names of scopes and signal, joined by dots. Ranges are left out. */
export function readVcd(text: string): ReadonlyMap<string, VcdTrack> {
  const [header = "", changes = ""] = text.split(/\$enddefinitions\s+\$end/u);
  const byCode = new Map<string, Changes>();
  const tracks = readHeader(header, byCode);
  const pattern = /^\s*(?:#(?<time>\d+)|b(?<bits>[01xz]+)\s+(?<wide>\S+)|(?<bit>[01xz])(?<narrow>\S+))$/gmu;
  let time = 0;
  for (const { groups = {} } of changes.matchAll(pattern)) {
    const code = groups["wide"] ?? groups["narrow"];
    if (code === undefined) time = Number(groups["time"]);
    else byCode.get(code)?.push({ time, bits: groups["bits"] ?? groups["bit"] ?? "" });
  }
  return tracks;
}

function readHeader(text: string, byCode: Map<string, Changes>): ReadonlyMap<string, VcdTrack> {
  const tracks = new Map<string, VcdTrack>();
  const scope: string[] = [];
  for (const [, word, rest = ""] of text.matchAll(/\$(scope|upscope|var)\s(.*?)\$end/gsu)) {
    const [, second = "", code = "", name = ""] = rest.trim().split(/\s+/u);
    if (word === "scope") scope.push(second);
    else if (word === "upscope") scope.pop();
    else {
      const changes = byCode.get(code) ?? [];
      byCode.set(code, changes);
      tracks.set([...scope, name].join("."), { width: Number(second), changes });
    }
  }
  return tracks;
}

/** The value of a track at a time; undefined before its first change. */
export function valueAt(track: VcdTrack | undefined, time: number): bigint | undefined {
  const last = track?.changes.findLast((change) => change.time <= time);
  return last === undefined || /[xz]/u.test(last.bits) ? undefined : BigInt(`0b${last.bits}`);
}
