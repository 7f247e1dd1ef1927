/** `hidalgo.h`: the driver without its surroundings: the same for every design. */
export const CORE_HEADER = `/*
 * Driver of a Hidalgo accelerator. Plain C99; needs no C library. The surroundings (how registers and memory are
 * reached) are a struct hidalgo_io; hidalgo_linux.c and hidalgo_baremetal.c are two of them.
 */
#ifndef HIDALGO_H
#define HIDALGO_H

#include <stddef.h>
#include <stdint.h>

#include "hidalgo_design.h"

/* What a call came to: HIDALGO_OK, an enum hidalgo_error of the hardware (positive), or one of these (negative). */
enum hidalgo_status {
  HIDALGO_OK = 0,
  HIDALGO_E_DESIGN = -1,   /* the hardware is not the one that this driver was made for */
  HIDALGO_E_WEIGHTS = -2,  /* the weight image is not the one that this driver was made for */
  HIDALGO_E_ARGUMENT = -3, /* a row, a prompt or an address that the accelerator cannot take */
  HIDALGO_E_BUSY = -4,     /* a step is under way */
  HIDALGO_E_TIMEOUT = -5,  /* a step did not end */
  HIDALGO_E_IO = -6,       /* registers or memory could not be reached */
  HIDALGO_E_GOLDEN = -7    /* the self-test gave other tokens than the reference */
};

/* How registers and memory are reached. Memory addresses are offsets from the first byte of the accelerator's memory. */
struct hidalgo_io {
  void *context;
  uint32_t (*read_register)(void *context, uint32_t offset);
  void (*write_register)(void *context, uint32_t offset, uint32_t value);
  /* 0 when done; caches are the back end's business. */
  int (*write_memory)(void *context, uint32_t offset, const void *bytes, size_t count);
  int (*read_memory)(void *context, uint32_t offset, void *bytes, size_t count);
  /* Called until a step is done, with turn 0, 1, ...: sleeps or spins a little; not 0 to give up. */
  int (*pause)(void *context, uint32_t turn);
  /* The address under which the accelerator's port sees the first byte of the memory. */
  uint32_t memory_base;
  /* Cycles without any progress after which the accelerator gives up; 0: never. */
  uint32_t watchdog_cycles;
  /* Not 0: the interrupt line is connected and pause waits for it. */
  int uses_interrupt;
};

struct hidalgo {
  struct hidalgo_io io;
};

/* What an emitting row gave: its best token. */
struct hidalgo_output {
  uint32_t token;
  uint32_t logit_bits; /* an IEEE float */
};

/* Checks that the hardware is this design and prepares it. HIDALGO_E_DESIGN: another bitstream. */
int hidalgo_open(struct hidalgo *device, const struct hidalgo_io *io);

/* CRC-32 (IEEE 802.3, as zlib has it) of more bytes; begin with 0. */
uint32_t hidalgo_crc32(uint32_t crc, const void *bytes, size_t count);

/* Copies a part of weights.bin to its place; hidalgo_check_weights at the end. */
int hidalgo_write_weights(struct hidalgo *device, uint32_t offset, const void *bytes, size_t count);

/* Reads the image back, compares its CRC with this build's and notes it in the register weights_id. */
int hidalgo_check_weights(struct hidalgo *device);

/* Whether a host noted in weights_id that the image is there already. */
int hidalgo_has_weights(struct hidalgo *device);

/* A row that sees itself and the rows before it of its sequence; its record goes where its position belongs. */
struct hidalgo_row hidalgo_row_at(uint32_t token, uint32_t position, const uint32_t *blocks, size_t block_count);

/* Runs a step of 1 to HIDALGO_ROWS rows; outputs[i] is set where rows[i] emits its best token. */
int hidalgo_step(struct hidalgo *device, const struct hidalgo_row *rows, size_t count,
                 struct hidalgo_output *outputs);

/* Greedy tokens behind a prompt, in blocks 1 and up of the KV memory. */
int hidalgo_generate(struct hidalgo *device, const uint32_t *prompt, size_t prompt_length, uint32_t *tokens,
                     size_t count);

/* Generates behind the golden prompt and compares with the integer reference's tokens. */
int hidalgo_self_test(struct hidalgo *device);

/* A counter of more than 32 bits: the offset of its low word, HIDALGO_REG_TOTAL_LO say. */
uint64_t hidalgo_counter(struct hidalgo *device, uint32_t low_offset);

/* The name of what a call came to. */
const char *hidalgo_status_name(int status);

#endif
`;
