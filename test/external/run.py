"""Compiles a tiny random model, asks the integer reference for tokens, and lets hidalgo_bench.py get them from the RTL.

usage: run.py FOLDER [ROWS]     (exit code 0: same tokens; 77: cocotb or Icarus is absent)
"""

import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys

try:
    try:
        from cocotb_tools.runner import get_results, get_runner
    except ImportError:
        from cocotb.runner import get_results, get_runner
except ImportError:
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMPT, COUNT = [3, 14, 15, 9, 26], 2
HIDDEN, FFN, LAYERS, HEADS, KV_HEADS, VOCAB, CONTEXT = 16, 24, 1, 2, 1, 40, 32


def write_model(path):
    """A llama2.c checkpoint with random weights."""
    rng = random.Random(11)

    def floats(count, mean, spread):
        return [rng.uniform(mean - spread, mean + spread) for _ in range(count)]

    kv = HIDDEN // HEADS * KV_HEADS
    parts = [floats(VOCAB * HIDDEN, 0, 1), floats(LAYERS * HIDDEN, 1, 0.3)]
    parts += [floats(LAYERS * rows * HIDDEN, 0, 0.5) for rows in (HIDDEN, kv, kv, HIDDEN)]
    parts += [floats(LAYERS * HIDDEN, 1, 0.3)]
    parts += [floats(LAYERS * FFN * HIDDEN, 0, 0.5) for _ in range(3)]
    parts += [floats(HIDDEN, 1, 0.3), [0.0] * (CONTEXT * (HIDDEN // HEADS))]
    values = [value for part in parts for value in part]
    header = struct.pack("<7i", HIDDEN, FFN, LAYERS, HEADS, KV_HEADS, VOCAB, CONTEXT)
    path.write_bytes(header + struct.pack(f"<{len(values)}f", *values))


def hidalgo(*arguments):
    done = subprocess.run(
        [ROOT / "node_modules/.bin/node", ROOT / "cli/main.ts", *arguments, "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"hidalgo {arguments[0]}: {done.stderr}")
    return json.loads(done.stdout.strip().split("\n")[-1])


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    rows = sys.argv[2] if len(sys.argv) > 2 else "1"
    if shutil.which("iverilog") is None:
        sys.exit(77)
    folder.mkdir(parents=True, exist_ok=True)
    model, build = folder / "random.bin", folder / "build"
    write_model(model)
    shape = ["--block-size", "4"]
    hidalgo("compile", str(model), "-o", str(build), "--rows", rows, *shape)
    asked = ["--prompt-ids", ",".join(map(str, PROMPT)), "--max-tokens", str(COUNT), "--ignore-eos"]
    tokens = hidalgo("run", str(model), "--engine", "reference", *asked, *shape)["token_ids"]
    manifest = json.loads((build / "manifest.json").read_text())
    runner = get_runner("icarus")
    sources = [build / file["path"] for file in manifest["rtl"]]
    runner.build(sources=sources, hdl_toplevel=manifest["top"], build_dir=folder / "sim", timescale=("1ns", "1ps"))
    environment = {
        "HIDALGO_BUILD": str(build),
        "HIDALGO_PROMPT": ",".join(map(str, PROMPT)),
        "HIDALGO_TOKENS": ",".join(map(str, tokens)),
        "HIDALGO_SEED": "5",
        "PYTHONPATH": os.pathsep.join([str(pathlib.Path(__file__).parent), *sys.path]),
    }
    results = runner.test(
        test_module="hidalgo_bench", hdl_toplevel=manifest["top"], build_dir=folder / "sim",
        test_dir=folder / "sim", extra_env=environment, results_xml=str(folder / "sim" / "results.xml"),
    )  # fmt: skip
    tests, failures = get_results(results)
    print(f"{tests} test, {failures} failures; tokens {tokens}")
    sys.exit(0 if tests == 1 and failures == 0 else 1)


main()
