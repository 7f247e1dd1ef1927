import type { KitSource } from "../source.ts";
import { constantName } from "../text.ts";

/** `hidalgo.c`: the same for every design but for the names of its errors. */
export function coreSource({ error_codes }: KitSource): string {
  const names = Object.keys(error_codes)
    .filter((name) => name !== "none")
    .map((name) => `    case HIDALGO_ERROR_${constantName(name)}:\n      return "${name}";`);
  return `${OPENING}${STEP}${GENERATION}
const char *hidalgo_status_name(int status) {
  switch (status) {
    case HIDALGO_OK:
      return "ok";
    case HIDALGO_E_DESIGN:
      return "other hardware";
    case HIDALGO_E_WEIGHTS:
      return "other weights";
    case HIDALGO_E_ARGUMENT:
      return "bad argument";
    case HIDALGO_E_BUSY:
      return "busy";
    case HIDALGO_E_TIMEOUT:
      return "timeout";
    case HIDALGO_E_IO:
      return "input/output";
    case HIDALGO_E_GOLDEN:
      return "wrong tokens";
${names.join("\n")}
    default:
      return "unknown";
  }
}
`;
}

const OPENING = `#include "hidalgo.h"

#include "hidalgo_weights.h"

#define CHUNK_BYTES 256u
#define INTERRUPT_BITS (HIDALGO_INTERRUPT_STATUS_DONE | HIDALGO_INTERRUPT_STATUS_ERROR)

static uint32_t read_register(struct hidalgo *device, uint32_t offset) {
  return device->io.read_register(device->io.context, offset);
}

static void write_register(struct hidalgo *device, uint32_t offset, uint32_t value) {
  device->io.write_register(device->io.context, offset, value);
}

static void put_word(uint8_t *bytes, uint32_t value) {
  bytes[0] = (uint8_t)value;
  bytes[1] = (uint8_t)(value >> 8);
  bytes[2] = (uint8_t)(value >> 16);
  bytes[3] = (uint8_t)(value >> 24);
}

static uint32_t get_word(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* What a start command says about its step. */
struct step_counts {
  uint32_t rows;
  uint32_t emitted;
  uint32_t logit_rows;
};

static void write_start(struct hidalgo *device, const struct hidalgo_start_word *words, size_t count,
                        const struct step_counts *step) {
  size_t index;
  for (index = 0; index < count; index++) {
    uint32_t value = words[index].value;
    switch (words[index].kind) {
      case HIDALGO_START_ROWS:
        value = step->rows;
        break;
      case HIDALGO_START_EMITTED:
        value = step->emitted;
        break;
      case HIDALGO_START_LOGIT_ROWS:
        value = step->logit_rows;
        break;
      case HIDALGO_START_ADDRESS:
        value += device->io.memory_base;
        break;
      case HIDALGO_START_CONSTANT:
        break;
    }
    write_register(device, words[index].offset, value);
  }
}

int hidalgo_open(struct hidalgo *device, const struct hidalgo_io *io) {
  const struct step_counts nothing = {0, 0, 0};
  device->io = *io;
  if (read_register(device, HIDALGO_REG_DESIGN_ID_LO) != HIDALGO_DESIGN_ID_LOW ||
      read_register(device, HIDALGO_REG_DESIGN_ID_HI) != HIDALGO_DESIGN_ID_HIGH)
    return HIDALGO_E_DESIGN;
  if (io->memory_base > 0xffffffffu - HIDALGO_MEMORY_BYTES) return HIDALGO_E_ARGUMENT;
  write_start(device, hidalgo_setup, sizeof hidalgo_setup / sizeof hidalgo_setup[0], &nothing);
  write_register(device, HIDALGO_REG_WATCHDOG_LIMIT, io->watchdog_cycles);
  write_register(device, HIDALGO_REG_INTERRUPT_STATUS, INTERRUPT_BITS);
  write_register(device, HIDALGO_REG_INTERRUPT_ENABLE, INTERRUPT_BITS);
  write_register(device, HIDALGO_REG_INTERRUPT_GLOBAL, io->uses_interrupt != 0 ? 1u : 0u);
  return HIDALGO_OK;
}

uint32_t hidalgo_crc32(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *byte = bytes;
  crc = ~crc;
  while (count-- > 0) {
    int bit;
    crc ^= *byte++;
    for (bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

int hidalgo_write_weights(struct hidalgo *device, uint32_t offset, const void *bytes, size_t count) {
  if (offset > HIDALGO_IMAGE_BYTES || count > HIDALGO_IMAGE_BYTES - offset) return HIDALGO_E_ARGUMENT;
  write_register(device, HIDALGO_REG_WEIGHTS_ID, 0);
  return device->io.write_memory(device->io.context, HIDALGO_IMAGE_BASE + offset, bytes, count) == 0 ? HIDALGO_OK
                                                                                                    : HIDALGO_E_IO;
}

int hidalgo_check_weights(struct hidalgo *device) {
  uint8_t chunk[CHUNK_BYTES];
  uint32_t crc = 0;
  uint32_t offset = 0;
  while (offset < HIDALGO_IMAGE_BYTES) {
    const uint32_t left = HIDALGO_IMAGE_BYTES - offset;
    const uint32_t count = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    if (device->io.read_memory(device->io.context, HIDALGO_IMAGE_BASE + offset, chunk, count) != 0)
      return HIDALGO_E_IO;
    crc = hidalgo_crc32(crc, chunk, count);
    offset += count;
  }
  if (crc != HIDALGO_IMAGE_CRC32) return HIDALGO_E_WEIGHTS;
  write_register(device, HIDALGO_REG_WEIGHTS_ID, crc);
  return HIDALGO_OK;
}

int hidalgo_has_weights(struct hidalgo *device) {
  return read_register(device, HIDALGO_REG_WEIGHTS_ID) == HIDALGO_IMAGE_CRC32;
}

uint64_t hidalgo_counter(struct hidalgo *device, uint32_t low_offset) {
  const uint64_t high = read_register(device, low_offset + 4);
  return high << 32 | read_register(device, low_offset);
}
`;

const STEP = `
struct hidalgo_row hidalgo_row_at(uint32_t token, uint32_t position, const uint32_t *blocks, size_t block_count) {
  struct hidalgo_row row = {0};
  const size_t block = position / HIDALGO_BLOCK_SIZE;
  row.token = token;
  row.position = position;
  row.kv_slot = (block < block_count ? blocks[block] : 0) * HIDALGO_BLOCK_SIZE + position % HIDALGO_BLOCK_SIZE;
  row.blocks = blocks;
  row.block_count = block_count;
  return row;
}

static int is_valid(const struct hidalgo_row *row) {
  const size_t needed = row->position / HIDALGO_BLOCK_SIZE + 1;
  size_t block;
  if (row->token >= HIDALGO_VOCAB || row->position >= HIDALGO_MAX_CONTEXT || row->block_count < needed) return 0;
  if (row->kv_slot >= HIDALGO_KV_BLOCKS * HIDALGO_BLOCK_SIZE) return 0;
  for (block = 0; block < needed; block++)
    if (row->blocks[block] >= HIDALGO_KV_BLOCKS) return 0;
  return 1;
}

/* The first row of the step that belongs to the sequence of row \`index\`. */
static size_t first_of_sequence(const struct hidalgo_row *rows, size_t index) {
  size_t first = 0;
  while (rows[first].sequence != rows[index].sequence) first++;
  return first;
}

/* Where a row says nothing about what it sees: itself and the rows before it of its sequence. */
static uint64_t rows_up_to(size_t first, size_t index) {
  const uint64_t up_to = index >= 63 ? ~(uint64_t)0 : ((uint64_t)1 << (index + 1)) - 1;
  return up_to & ~(((uint64_t)1 << first) - 1);
}

static int wants_logits(const struct hidalgo_row *row) {
  return row->emit == HIDALGO_EMIT_KIND_OF_LOGITS;
}

/* Where the outputs of row \`index\` stand. */
static uint32_t place_of(const struct hidalgo_row *rows, size_t count, size_t index) {
  uint32_t place = 0;
  size_t other;
  for (other = 0; other < count; other++) {
    const int comes_first = wants_logits(&rows[other]) != wants_logits(&rows[index]) ? wants_logits(&rows[other])
                                                                                     : other < index;
    if (rows[other].emit != HIDALGO_EMIT_NONE && comes_first) place++;
  }
  return place;
}

static int write_row(struct hidalgo *device, const struct hidalgo_row *rows, size_t count, size_t index) {
  uint8_t descriptor[HIDALGO_DESCRIPTOR_BYTES];
  struct hidalgo_row row = rows[index];
  const size_t first = first_of_sequence(rows, index);
  const uint32_t table = HIDALGO_TABLE_BASE + (uint32_t)index * HIDALGO_TABLE_BYTES;
  size_t block;
  if (row.visible == 0) row.visible = rows_up_to(first, index);
  if (row.emit != HIDALGO_EMIT_NONE)
    row.emit |= place_of(rows, count, index) << HIDALGO_EMIT_PLACE_LSB;
  for (block = 0; block <= row.position / HIDALGO_BLOCK_SIZE; block++) {
    uint8_t entry[4];
    put_word(entry, row.blocks[block]);
    if (device->io.write_memory(device->io.context, table + 4u * (uint32_t)block, entry, sizeof entry) != 0)
      return HIDALGO_E_IO;
  }
  hidalgo_pack_row(descriptor, &row, device->io.memory_base + table, rows[first].position);
  if (device->io.write_memory(device->io.context, HIDALGO_ROWS_BASE + (uint32_t)index * HIDALGO_DESCRIPTOR_BYTES,
                              descriptor, sizeof descriptor) != 0)
    return HIDALGO_E_IO;
  return HIDALGO_OK;
}

/* Writes descriptors and tables. */
static int write_rows(struct hidalgo *device, const struct hidalgo_row *rows, size_t count,
                      struct step_counts *step) {
  size_t index;
  if (count == 0 || count > HIDALGO_ROWS) return HIDALGO_E_ARGUMENT;
  step->rows = (uint32_t)count;
  step->emitted = 0;
  step->logit_rows = 0;
  for (index = 0; index < count; index++) {
    if (!is_valid(&rows[index])) return HIDALGO_E_ARGUMENT;
    if (rows[index].emit != HIDALGO_EMIT_NONE) step->emitted++;
    if (wants_logits(&rows[index])) step->logit_rows++;
  }
  for (index = 0; index < count; index++) {
    const int status = write_row(device, rows, count, index);
    if (status != HIDALGO_OK) return status;
  }
  return HIDALGO_OK;
}

static int run(struct hidalgo *device) {
  uint32_t turn = 0;
  if ((read_register(device, HIDALGO_REG_CONTROL) & HIDALGO_CONTROL_AP_IDLE) == 0) return HIDALGO_E_BUSY;
  write_register(device, HIDALGO_REG_CONTROL, HIDALGO_CONTROL_AP_START);
  while ((read_register(device, HIDALGO_REG_INTERRUPT_STATUS) & HIDALGO_INTERRUPT_STATUS_DONE) == 0)
    if (device->io.pause(device->io.context, turn++) != 0) return HIDALGO_E_TIMEOUT;
  write_register(device, HIDALGO_REG_INTERRUPT_STATUS, INTERRUPT_BITS);
  return (int)read_register(device, HIDALGO_REG_ERROR_CODE);
}

int hidalgo_step(struct hidalgo *device, const struct hidalgo_row *rows, size_t count,
                 struct hidalgo_output *outputs) {
  uint8_t bytes[HIDALGO_OUTPUT_BYTES];
  struct step_counts step;
  size_t index;
  int status = write_rows(device, rows, count, &step);
  if (status != HIDALGO_OK) return status;
  write_start(device, hidalgo_start, sizeof hidalgo_start / sizeof hidalgo_start[0], &step);
  status = run(device);
  if (status != HIDALGO_OK) return status;
  for (index = 0; index < count; index++) {
    if (rows[index].emit == HIDALGO_EMIT_NONE) continue;
    if (device->io.read_memory(device->io.context,
                               HIDALGO_OUTPUT_BASE + place_of(rows, count, index) * HIDALGO_OUTPUT_BYTES, bytes,
                               sizeof bytes) != 0)
      return HIDALGO_E_IO;
    outputs[index].token = get_word(bytes + HIDALGO_OUTPUT_TOKEN_OFFSET);
    outputs[index].logit_bits = get_word(bytes + HIDALGO_OUTPUT_LOGIT_OFFSET);
  }
  return HIDALGO_OK;
}
`;

const GENERATION = `
/* Computes tokens[from] to tokens[to - 1]; the last one emits into *next. */
static int extend(struct hidalgo *device, const uint32_t *tokens, size_t from, size_t to, uint32_t *next) {
  static uint32_t blocks[HIDALGO_MAX_BLOCKS];
  static struct hidalgo_row rows[HIDALGO_ROWS];
  static struct hidalgo_output outputs[HIDALGO_ROWS];
  size_t block;
  for (block = 0; block < HIDALGO_MAX_BLOCKS; block++) blocks[block] = (uint32_t)block + 1u;
  while (from < to) {
    size_t count = 0;
    int status;
    for (; count < HIDALGO_ROWS && from < to; count++, from++) {
      rows[count] = hidalgo_row_at(tokens[count], (uint32_t)from, blocks, HIDALGO_MAX_BLOCKS);
      rows[count].emit = from + 1 == to ? HIDALGO_EMIT_ARGMAX : HIDALGO_EMIT_NONE;
    }
    status = hidalgo_step(device, rows, count, outputs);
    if (status != HIDALGO_OK) return status;
    tokens += count;
    *next = outputs[count - 1].token;
  }
  return HIDALGO_OK;
}

int hidalgo_generate(struct hidalgo *device, const uint32_t *prompt, size_t prompt_length, uint32_t *tokens,
                     size_t count) {
  size_t index;
  if (prompt_length == 0 || prompt_length + count > HIDALGO_MAX_CONTEXT) return HIDALGO_E_ARGUMENT;
  for (index = 0; index < count; index++) {
    const int status = index == 0
                           ? extend(device, prompt, 0, prompt_length, tokens)
                           : extend(device, &tokens[index - 1], prompt_length + index - 1, prompt_length + index,
                                    &tokens[index]);
    if (status != HIDALGO_OK) return status;
  }
  return HIDALGO_OK;
}

int hidalgo_self_test(struct hidalgo *device) {
  static const uint32_t prompt[HIDALGO_GOLDEN_PROMPT_LENGTH] = HIDALGO_GOLDEN_PROMPT;
  static const uint32_t golden[HIDALGO_GOLDEN_LENGTH] = HIDALGO_GOLDEN_TOKENS;
  uint32_t tokens[HIDALGO_GOLDEN_LENGTH];
  size_t index;
  const int status = hidalgo_generate(device, prompt, HIDALGO_GOLDEN_PROMPT_LENGTH, tokens, HIDALGO_GOLDEN_LENGTH);
  if (status != HIDALGO_OK) return status;
  for (index = 0; index < HIDALGO_GOLDEN_LENGTH; index++)
    if (tokens[index] != golden[index]) return HIDALGO_E_GOLDEN;
  return HIDALGO_OK;
}
`;
