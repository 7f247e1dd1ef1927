const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign default defparam design disable edge else end endcase " +
    "endconfig endfunction endgenerate endmodule endprimitive endspecify endtable endtask event for force forever fork function generate genvar highz0 highz1 " +
    "if ifnone incdir include initial inout input instance integer join large liblist library localparam macromodule medium module nand negedge nmos nor " +
    "noshowcancelled not notif0 notif1 or output parameter pmos posedge primitive pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent rcmos real " +
    "realtime reg release repeat rnmos rpmos rtran rtranif0 rtranif1 scalared showcancelled signed small specify specparam strong0 strong1 supply0 supply1 table " +
    "task time tran tranif0 tranif1 tri tri0 tri1 triand trior trireg unsigned use uwire vectored wait wand weak0 weak1 while wire wor xnor xor " +
    // SystemVerilog and C++ words that tools reserve
    "alias assert assume before bind bins binsof bit break byte chandle class clocking const constraint context continue cover covergroup coverpoint cross dist do " +
    "endclass endclocking endgroup endinterface endpackage endprogram endproperty endsequence enum expect export extends extern final first_match foreach forkjoin " +
    "iff ignore_bins illegal_bins import inside int interface intersect join_any join_none local logic longint matches modport new null package packed priority " +
    "program property protected pure rand randc randcase randsequence ref return sequence shortint shortreal solve static string struct super tagged this " +
    "throughout timeprecision timeunit type typedef union unique var virtual void wait_order wildcard with within " +
    "auto bool catch char delete double explicit float friend goto inline long mutable namespace operator private public register short sizeof switch template throw try using volatile"
  ).split(" "),
);

/** A legal Verilog identifier as near as possible to `text`: no keyword, no leading digit, no double underscore. */
export function legalName(text: string): string {
  const cleaned = text
    .replace(/[^A-Za-z0-9_]+/gu, "_")
    .replace(/_{2,}/gu, "_")
    .replace(/^(?=\d)/u, "n");
  const named = cleaned === "" || cleaned === "_" ? "x" : cleaned;
  return KEYWORDS.has(named) ? `${named}_` : named;
}

/** Hands out names of one scope, each once. The same requests in the same order give the same names. */
export class NameTable {
  readonly #taken = new Set<string>();
  readonly #counters = new Map<string, number>();

  /** `hint`, made legal, with a number behind it where it is taken. */
  unique(hint: string): string {
    const base = legalName(hint);
    if (!this.#taken.has(base)) {
      this.#taken.add(base);
      return base;
    }
    for (let count = (this.#counters.get(base) ?? 1) + 1; ; count += 1) {
      const name = `${base}_${String(count)}`;
      if (this.#taken.has(name)) continue;
      this.#counters.set(base, count);
      this.#taken.add(name);
      return name;
    }
  }

  /** A name with a number in any case, for values without a hint. */
  numbered(kind: string): string {
    for (let count = (this.#counters.get(kind) ?? 0) + 1; ; count += 1) {
      const name = `${kind}_${String(count)}`;
      if (this.#taken.has(name)) continue;
      this.#counters.set(kind, count);
      this.#taken.add(name);
      return name;
    }
  }
}
