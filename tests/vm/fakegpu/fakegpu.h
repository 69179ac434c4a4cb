/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VM_FAKEGPU_H
#define VM_FAKEGPU_H

#include <stddef.h>
#include <stdint.h>

/*
 * GPUs that are nothing but memory: their registers keep the values that are set
 * here, and what a driver writes. That is enough for probing, for buffer objects,
 * for address spaces, and for jobs that never end.
 */

/* A register that is not 0 at the start. */
struct reg {
	uint32_t offset;
	uint32_t value;
};

/* A block of registers: where it is from the device's first address, its size. */
struct reg_block {
	/* As the driver asks for it, or NULL when it has only one. */
	const char *name;
	uint32_t offset;
	uint32_t size;
	const struct reg *regs;
};

#define FAKEGPU_BLOCKS	3

struct fakegpu {
	/* The driver. */
	const char *name;
	/* Strings with their ends, as in the device tree. */
	const char *compatible;
	size_t compatible_size;
	/* From the start of the reserved memory. */
	uint32_t offset;
	/* The last one has no name and no size. */
	struct reg_block blocks[FAKEGPU_BLOCKS + 1];
	/* Names of interrupts, strings with their ends; the driver's order does not count. */
	const char *irq_names;
	size_t irq_names_size;
	unsigned int irqs;
	/* The first of its shared peripheral interrupts, which nothing raises. */
	unsigned int first_irq;
	const char *clock_name;
	/* It wants a clock, a regulator, a table of operating points. */
	unsigned int clock : 1, supply : 1, opp : 1;
};

extern const struct fakegpu fakegpu_panfrost, fakegpu_panthor, fakegpu_v3d;

/* All of the reserved memory. */
#define FAKEGPU_SIZE	0x400000u

/* An image of @block, which is written to @memory of its size. */
void fakegpu_registers(const struct reg_block *block, unsigned char *memory);

/* Firmware for panthor; @size is set. The caller frees it. */
unsigned char *fakegpu_panthor_firmware(size_t *size);

/*
 * Adds @gpus, with memory reserved for them at @base, to the device tree @fdt, which
 * has room. Returns 0 or a negative error of libfdt.
 */
int fakegpu_tree(void *fdt, uint64_t base, const struct fakegpu *const *gpus, unsigned int count);

#endif
