import { FLOAT_PRIMITIVES } from "../../ir/index.ts";
import { defineKernel } from "./kernel.ts";
import type { KernelText, Scalar } from "./kernel-text.ts";
import { Matrix, ratio } from "./matrix.ts";

const f = Math.fround;
/** The exponential is the project's own definition; everything else of the reference is plain. */
const exp = FLOAT_PRIMITIVES.exp.evaluate;
const EPSILON = 2 ** -17;

/** Rows, heads, numbers of a head, inner size of the feed-forward part. */
interface Layer {
  readonly rows: number;
  readonly heads: number;
  readonly head: number;
  readonly ffn: number;
}

/** A weight with small values of both signs. */
function weight(name: string, rows: number, columns: number, seed: number) {
  const value = (i: number, j: number): number => ratio(((i * 7 + j * 3 + seed) % 17) - 8, 4 * rows);
  return { name, shape: [rows, columns], role: "in", value } as const;
}

function gain(name: string, size: number, seed: number) {
  return { name, shape: [size], role: "in", value: (i: number) => ratio(8 + ((i + seed) % 5), 10) } as const;
}

/** One decoder layer in f32, as a plain program: RMS norm, causal attention with softmax, gated feed-forward, both with a residual. */
export const decoderLayer = defineKernel({
  name: "decoder-layer",
  sizes: {
    mini: { rows: 4, heads: 2, head: 4, ffn: 12 },
    small: { rows: 8, heads: 4, head: 8, ffn: 64 },
    medium: { rows: 32, heads: 4, head: 16, ffn: 192 },
  },
  arrays: ({ rows, heads, head, ffn }: Layer) => {
    const d = heads * head;
    return [
      { name: "y", shape: [rows, d], role: "out" },
      { name: "x", shape: [rows, d], role: "in", value: (i, j) => ratio(((i * 5 + j * 11) % 13) - 6, 6) },
      ...[gain("g1", d, 0), gain("g2", d, 2)],
      ...[weight("wq", d, d, 1), weight("wk", d, d, 5), weight("wv", d, d, 9), weight("wo", d, d, 13)],
      ...[weight("wg", d, ffn, 2), weight("wu", d, ffn, 6), weight("wd", ffn, d, 10)],
    ];
  },
  body: (t, layer: Layer) => {
    new LayerText(t, layer).write();
  },
  reference: (m, layer: Layer) => {
    new LayerReference(m, layer).run();
  },
});

class LayerText {
  readonly #t: KernelText;
  readonly #layer: Layer;
  readonly #d: number;
  readonly #zero: Scalar;
  readonly #one: Scalar;

  constructor(t: KernelText, layer: Layer) {
    this.#t = t;
    this.#layer = layer;
    this.#d = layer.heads * layer.head;
    this.#zero = t.constant("zero", 0);
    this.#one = t.constant("one", 1);
  }

  write(): void {
    const t = this.#t;
    const { rows, heads, ffn } = this.#layer;
    for (const name of ["n1", "q", "k", "v", "c", "o", "h", "n2", "z"]) t.array(name, rows, this.#d);
    for (const name of ["gate", "up", "act"]) t.array(name, rows, ffn);
    for (const name of ["s", "e"]) t.array(name, heads * rows, rows);
    for (const name of ["top", "total"]) t.array(name, heads * rows);
    for (const name of ["r1", "r2"]) t.array(name, rows);
    this.#norm("n1", "x", "g1", "r1");
    for (const name of ["q", "k", "v"]) this.#product(name, "n1", `w${name}`, [this.#d, this.#d]);
    this.#attention();
    this.#product("o", "c", "wo", [this.#d, this.#d]);
    this.#sum("h", "x", "o");
    this.#norm("n2", "h", "g2", "r2");
    this.#product("gate", "n2", "wg", [ffn, this.#d]);
    this.#product("up", "n2", "wu", [ffn, this.#d]);
    this.#gate();
    this.#product("z", "act", "wd", [this.#d, ffn]);
    this.#sum("y", "h", "z");
  }

  #norm(to: string, from: string, g: string, root: string): void {
    const t = this.#t;
    const [size, epsilon] = [t.constant(`size_${to}`, this.#d), t.constant(`eps_${to}`, EPSILON)];
    t.loop("i", 0, this.#layer.rows, () => {
      t.store(this.#zero, root, "i");
      t.loop("j", 0, this.#d, () => {
        const value = t.load(from, "i", "j");
        t.store(t.add(t.load(root, "i"), t.mul(value, value)), root, "i");
      });
      t.store(t.sqrt(t.add(t.div(t.load(root, "i"), size), epsilon)), root, "i");
      t.loop("j", 0, this.#d, () => {
        t.store(t.mul(t.div(t.load(from, "i", "j"), t.load(root, "i")), t.load(g, "j")), to, "i", "j");
      });
    });
  }

  #product(to: string, left: string, right: string, [columns, inner]: readonly [number, number]): void {
    const t = this.#t;
    t.loop("i", 0, this.#layer.rows, () => {
      t.loop("j", 0, columns, () => {
        t.store(this.#zero, to, "i", "j");
        t.loop("l", 0, inner, () => {
          const product = t.mul(t.load(left, "i", "l"), t.load(right, "l", "j"));
          t.store(t.add(t.load(to, "i", "j"), product), to, "i", "j");
        });
      });
    });
  }

  #sum(to: string, a: string, b: string): void {
    const t = this.#t;
    t.loop("i", 0, this.#layer.rows, () => {
      t.loop("j", 0, this.#d, () => {
        t.store(t.add(t.load(a, "i", "j"), t.load(b, "i", "j")), to, "i", "j");
      });
    });
  }

  #attention(): void {
    const t = this.#t;
    const { rows, heads, head } = this.#layer;
    const scale = t.constant("scale", f(1 / Math.sqrt(head)));
    const low = t.constant("low", -(2 ** 20));
    const [row, lane] = [`${String(rows)} * g + i`, `${String(head)} * g + l`];
    t.loop("g", 0, heads, () => {
      t.loop("i", 0, rows, () => {
        t.store(low, "top", row);
        t.store(this.#zero, "total", row);
        t.loop("j", 0, "i + 1", () => {
          t.store(this.#zero, "s", row, "j");
          t.loop("l", 0, head, () => {
            const product = t.mul(t.load("q", "i", lane), t.load("k", "j", lane));
            t.store(t.add(t.load("s", row, "j"), product), "s", row, "j");
          });
          const [score, top] = [t.mul(t.load("s", row, "j"), scale), t.load("top", row)];
          t.store(score, "s", row, "j");
          t.store(t.selectAtMost(top, score, score, top), "top", row);
        });
        t.loop("j", 0, "i + 1", () => {
          const power = t.exp(t.sub(t.load("s", row, "j"), t.load("top", row)));
          t.store(power, "e", row, "j");
          t.store(t.add(t.load("total", row), power), "total", row);
        });
        t.loop("l", 0, head, () => {
          t.store(this.#zero, "c", "i", lane);
        });
        t.loop("j", 0, "i + 1", () => {
          t.loop("l", 0, head, () => {
            const share = t.div(t.load("e", row, "j"), t.load("total", row));
            const product = t.mul(share, t.load("v", "j", lane));
            t.store(t.add(t.load("c", "i", lane), product), "c", "i", lane);
          });
        });
      });
    });
  }

  #gate(): void {
    const t = this.#t;
    t.loop("i", 0, this.#layer.rows, () => {
      t.loop("j", 0, this.#layer.ffn, () => {
        const value = t.load("gate", "i", "j");
        const below = t.add(this.#one, t.exp(t.sub(this.#zero, value)));
        t.store(t.mul(t.div(value, below), t.load("up", "i", "j")), "act", "i", "j");
      });
    });
  }
}

type Cells = (i: number, j: number) => number;

class LayerReference {
  readonly #m: (name: string) => Matrix;
  readonly #layer: Layer;
  readonly #d: number;

  constructor(m: (name: string) => Matrix, layer: Layer) {
    this.#m = m;
    this.#layer = layer;
    this.#d = layer.heads * layer.head;
  }

  run(): void {
    const { ffn } = this.#layer;
    const d = this.#d;
    const n1 = this.#norm(this.#m("x"), "g1");
    const [q, k, v] = [
      this.#product(n1, "wq", d, d),
      this.#product(n1, "wk", d, d),
      this.#product(n1, "wv", d, d),
    ];
    const o = this.#product(this.#attention(q, k, v), "wo", d, d);
    const h = this.#made(d, (i, j) => f(this.#m("x").get(i, j) + o.get(i, j)));
    const n2 = this.#norm(h, "g2");
    const [gate, up] = [this.#product(n2, "wg", ffn, d), this.#product(n2, "wu", ffn, d)];
    const act = this.#made(ffn, (i, j) => {
      const value = gate.get(i, j);
      return f(f(value / f(1 + exp(f(0 - value)))) * up.get(i, j));
    });
    const z = this.#product(act, "wd", d, ffn);
    for (let i = 0; i < this.#layer.rows; i++)
      for (let j = 0; j < d; j++) this.#m("y").set(f(h.get(i, j) + z.get(i, j)), i, j);
  }

  #made(columns: number, value: Cells): Matrix {
    return new Matrix([this.#layer.rows, columns], value);
  }

  #norm(from: Matrix, g: string): Matrix {
    const roots = Array.from({ length: this.#layer.rows }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < this.#d; j++) sum = f(sum + f(from.get(i, j) * from.get(i, j)));
      return f(Math.sqrt(f(f(sum / this.#d) + EPSILON)));
    });
    return this.#made(this.#d, (i, j) => f(f(from.get(i, j) / (roots[i] ?? 0)) * this.#m(g).get(j)));
  }

  #product(left: Matrix, right: string, columns: number, inner: number): Matrix {
    return this.#made(columns, (i, j) => {
      let sum = 0;
      for (let l = 0; l < inner; l++) sum = f(sum + f(left.get(i, l) * this.#m(right).get(l, j)));
      return sum;
    });
  }

  #attention(q: Matrix, k: Matrix, v: Matrix): Matrix {
    const { rows, heads, head } = this.#layer;
    const scale = f(1 / Math.sqrt(head));
    const c = this.#made(this.#d, () => 0);
    for (let g = 0; g < heads; g++)
      for (let i = 0; i < rows; i++) {
        const scores = Array.from({ length: i + 1 }, (_, j) => {
          let sum = 0;
          for (let l = g * head; l < (g + 1) * head; l++) sum = f(sum + f(q.get(i, l) * k.get(j, l)));
          return f(sum * scale);
        });
        const top = Math.max(...scores);
        const powers = scores.map((score) => exp(f(score - top)));
        const total = powers.reduce((sum, power) => f(sum + power), 0);
        powers.forEach((power, j) => {
          for (let l = g * head; l < (g + 1) * head; l++)
            c.set(f(c.get(i, l) + f(f(power / total) * v.get(j, l))), i, l);
        });
      }
    return c;
  }
}
