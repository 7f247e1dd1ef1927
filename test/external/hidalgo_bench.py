"""An AXI memory and a host for any Hidalgo build, in cocotb, written from manifest.json and rtl/*.v alone.

Environment: HIDALGO_BUILD (the build folder), HIDALGO_PROMPT and HIDALGO_TOKENS (comma separated ids: what to say
and what has to come out), HIDALGO_SEED (of the pauses and of the order of the KV blocks).
"""

import hashlib
import json
import os
import pathlib
import random
import struct
import zlib
from collections import deque

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge

READ_LATENCY = 17
MOST_CYCLES = 200_000


class Memory:
    """A slave on the port: bursts in order, late, with pauses; leaving the memory is an error."""

    def __init__(self, dut, port, size, rng):
        self.dut, self.rng = dut, rng
        self.prefix = port["name"]
        self.beat = port["data_bits"] // 8
        self.bytes = bytearray(size)
        self.reads, self.writes, self.answers = deque(), deque(), 0
        self.now = 0

    def signal(self, name):
        return getattr(self.dut, f"{self.prefix}_{name}")

    def drive(self, **values):
        for name, value in values.items():
            self.signal(name).value = value

    def is_high(self, name):
        return int(self.signal(name).value) == 1

    def burst(self, kind):
        address, beats = int(self.signal(f"{kind}addr").value), int(self.signal(f"{kind}len").value) + 1
        assert int(self.signal(f"{kind}size").value) == self.beat.bit_length() - 1
        assert int(self.signal(f"{kind}burst").value) == 1, "bursts are incrementing"
        assert address % self.beat == 0 and address + beats * self.beat <= len(self.bytes), hex(address)
        assert address // 4096 == (address + beats * self.beat - 1) // 4096, "a burst crosses 4 KiB"
        return [address, beats]

    async def run(self, clock):
        self.drive(arready=0, awready=0, wready=0, rvalid=0, bvalid=0, rresp=0, bresp=0, rlast=0, rdata=0)
        arready = awready = wready = rvalid = bvalid = False
        while True:
            await RisingEdge(clock)
            self.now += 1
            if arready and self.is_high("arvalid"):
                self.reads.append(self.burst("ar") + [self.now + READ_LATENCY])
            if awready and self.is_high("awvalid"):
                self.writes.append(self.burst("aw"))
            if wready and self.is_high("wvalid"):
                self.take_beat()
            if bvalid and self.is_high("bready"):
                self.answers -= 1
            if not rvalid or self.is_high("rready"):
                rvalid = self.give_beat()
            arready = len(self.reads) < 16 and self.rng.random() < 0.8
            awready = len(self.writes) < 16 and self.rng.random() < 0.8
            wready = len(self.writes) > 0 and self.rng.random() < 0.8
            bvalid = self.answers > 0
            self.drive(arready=int(arready), awready=int(awready), wready=int(wready), bvalid=int(bvalid))

    def give_beat(self):
        if not self.reads or self.reads[0][2] > self.now or self.rng.random() < 0.1:
            self.drive(rvalid=0)
            return False
        address, beats, _ = self.reads[0]
        data = int.from_bytes(self.bytes[address : address + self.beat], "little")
        self.drive(rvalid=1, rdata=data, rlast=int(beats == 1))
        self.reads[0][0], self.reads[0][1] = address + self.beat, beats - 1
        if beats == 1:
            self.reads.popleft()
        return True

    def take_beat(self):
        address, beats = self.writes[0]
        data = int(self.signal("wdata").value).to_bytes(self.beat, "little")
        strobes = int(self.signal("wstrb").value)
        for lane in range(self.beat):
            if strobes >> lane & 1:
                self.bytes[address + lane] = data[lane]
        assert self.is_high("wlast") == (beats == 1), "wlast belongs to the last beat"
        self.writes[0] = [address + self.beat, beats - 1]
        if beats == 1:
            self.writes.popleft()
            self.answers += 1


class Registers:
    """The host's side of s_axi_control, by the names of the manifest."""

    def __init__(self, dut, clock, manifest):
        self.dut, self.clock = dut, clock
        self.offsets = {register["name"]: register["offset"] for register in manifest["registers"]}

    def signal(self, name):
        return getattr(self.dut, f"s_axi_control_{name}")

    async def write(self, name, value):
        self.signal("awaddr").value = self.offsets[name]
        self.signal("wdata").value = value
        self.signal("wstrb").value = 0xF
        self.signal("awvalid").value = 1
        self.signal("wvalid").value = 1
        self.signal("bready").value = 1
        while True:
            await RisingEdge(self.clock)
            taken = [int(self.signal(name).value) == 1 for name in ("awready", "wready", "bvalid")]
            if taken[0]:
                self.signal("awvalid").value = 0
            if taken[1]:
                self.signal("wvalid").value = 0
            if taken[2]:
                assert int(self.signal("bresp").value) == 0, f"the write of {name} is refused"
                return

    async def read(self, name):
        self.signal("araddr").value = self.offsets[name]
        self.signal("arvalid").value = 1
        self.signal("rready").value = 1
        while True:
            await RisingEdge(self.clock)
            if int(self.signal("arready").value) == 1:
                self.signal("arvalid").value = 0
            if int(self.signal("rvalid").value) == 1:
                return int(self.signal("rdata").value)


class Host:
    """Steps as the manifest describes them."""

    def __init__(self, dut, clock, manifest, memory, registers, rng):
        self.dut, self.clock, self.manifest = dut, clock, manifest
        self.memory, self.registers = memory, registers
        self.regions = {region["name"]: region for region in manifest["memory"]}
        design = manifest["design"]
        self.block_size = design["block_size"]
        self.blocks = list(range(1, design["kv_blocks"]))  # block 0 is never read
        rng.shuffle(self.blocks)

    async def write_words(self, words, rows=()):
        kinds = self.manifest["row_descriptor"]["emit"]
        emitting = [row for row in rows if row["emit"] != kinds["none"]]
        counts = {
            "rows": len(rows),
            "emitted": len(emitting),
            "logit_rows": sum(row["emit"] == kinds.get("logits", -1) for row in rows),
        }
        for word in words:
            value = word["value"]
            given = value.get("offset", value.get("value", 0))
            await self.registers.write(word["register"], counts.get(value["kind"], given))

    async def begin(self):
        design_id = await self.registers.read("design_id_lo")
        design_id |= await self.registers.read("design_id_hi") << 32
        assert f"{design_id:016x}" == self.manifest["design"]["id"], "other hardware"
        await self.write_words(self.manifest["setup"])
        await self.registers.write("weights_id", self.regions["weights"]["crc32"])
        await self.registers.write("interrupt_enable", 3)
        await self.registers.write("interrupt_global", 1)

    def row(self, token, position, first, index, emit):
        slot = self.blocks[position // self.block_size] * self.block_size + position % self.block_size
        visible = (2 << index) - 1
        return {
            "token": token, "position": position, "kv_slot": slot, "sequence": 0, "context": first,
            "emit": self.manifest["row_descriptor"]["emit"]["argmax" if emit else "none"],
            "visible": visible, "visible_low": visible & 0xFFFFFFFF, "visible_high": visible >> 32,
        }  # fmt: skip

    def place_row(self, row, index):
        descriptor, table = self.manifest["row_descriptor"], self.manifest["table"]
        place = self.regions[table["region"]]["base"] + index * table["bytes"]
        for block in range(row["position"] // self.block_size + 1):
            struct.pack_into("<I", self.memory.bytes, place + 4 * block, self.blocks[block])
        packed = 0
        for field in descriptor["fields"]:
            value = place if field["name"] == "block_table" else row[field["name"]]
            packed |= (value & ((1 << field["bits"]) - 1)) << field["offset_bits"]
        start = self.regions["rows"]["base"] + index * descriptor["bytes"]
        self.memory.bytes[start : start + descriptor["bytes"]] = packed.to_bytes(descriptor["bytes"], "little")

    async def step(self, tokens, first, emits):
        """Rows of one sequence from position `first` on; the last one gives its token where `emits`."""
        last = len(tokens) - 1
        rows = [self.row(token, first + i, first, i, emits and i == last) for i, token in enumerate(tokens)]
        for index, row in enumerate(rows):  # a single row emits: its place among those that do is 0
            self.place_row(row, index)
        await self.write_words(self.manifest["start_command"], rows)
        await self.registers.write("control", 1)
        for _ in range(MOST_CYCLES):
            await RisingEdge(self.clock)
            if int(self.dut.interrupt.value) == 1:
                break
        await self.registers.write("interrupt_status", 3)
        code = await self.registers.read("error_code")
        names = {number: name for name, number in self.manifest["error_codes"].items()}
        assert code == 0, names.get(code, code)
        output = self.manifest["output"]
        place = self.regions[output["region"]]["base"]  # of the only row that emits
        offset = next(field["offset_bits"] for field in output["fields"] if field["name"] == "token") // 8
        return struct.unpack_from("<i", self.memory.bytes, place + offset)[0] if emits else None

    async def generate(self, prompt, count):
        rows = self.manifest["design"]["rows"]
        tokens = list(prompt)
        for first in range(0, len(prompt), rows):
            chunk = prompt[first : first + rows]
            emits = first + len(chunk) == len(prompt)
            token = await self.step(chunk, first, emits)
        tokens.append(token)
        while len(tokens) < len(prompt) + count:
            tokens.append(await self.step(tokens[-1:], len(tokens) - 1, True))
        return tokens[len(prompt) :]


def ids(name):
    return [int(word) for word in os.environ[name].split(",")]


def load(build, manifest, memory):
    """The files of the manifest, checked, in memory."""
    for file in manifest["rtl"]:
        assert hashlib.sha256((build / file["path"]).read_bytes()).hexdigest() == file["sha256"], file["path"]
    for region in manifest["memory"]:
        if region["file"] is not None:
            content = (build / region["file"]).read_bytes()
            assert zlib.crc32(content) == region["crc32"] and len(content) == region["bytes"]
            memory.bytes[region["base"] : region["base"] + len(content)] = content


def check_record(manifest, memory, block):
    """The record of the first position in the first layer: finite, positive scales where kv_layout has them."""
    kv = next(region for region in manifest["memory"] if region["name"] == "kv")
    record = kv["base"] + block * manifest["design"]["block_size"] * kv["layout"]["record"]
    for field in manifest["kv_layout"]:
        if field["type"] == "f32":
            scales = struct.unpack_from(f"<{field['count']}f", memory.bytes, record + field["offset"])
            assert all(0 < scale < 1e6 for scale in scales), (field["name"], scales)


@cocotb.test()
async def tokens_are_the_references(dut):
    build = pathlib.Path(os.environ["HIDALGO_BUILD"])
    manifest = json.loads((build / "manifest.json").read_text())
    rng = random.Random(int(os.environ.get("HIDALGO_SEED", "0")))
    clock = getattr(dut, manifest["ports"]["clock"])
    reset = getattr(dut, manifest["ports"]["reset"])
    for signal in manifest["ports"]["signals"]:
        if signal["direction"] == "in" and signal["name"] != manifest["ports"]["clock"]:
            getattr(dut, signal["name"]).value = 0
    memory = Memory(dut, manifest["ports"]["axi"][0], manifest["memory_bytes"], rng)
    load(build, manifest, memory)
    cocotb.start_soon(Clock(clock, 10, "ns").start())
    for _ in range(8):
        await RisingEdge(clock)
    reset.value = 1
    cocotb.start_soon(memory.run(clock))
    registers = Registers(dut, clock, manifest)
    host = Host(dut, clock, manifest, memory, registers, rng)
    await host.begin()
    wanted = ids("HIDALGO_TOKENS")
    got = await host.generate(ids("HIDALGO_PROMPT"), len(wanted))
    dut._log.info("tokens %s", got)
    assert got == wanted, f"{got}, the reference has {wanted}"
    check_record(manifest, memory, host.blocks[0])
