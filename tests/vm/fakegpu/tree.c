// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device tree nodes of the GPUs, for the machine "virt" of QEMU.
 */
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "fakegpu.h"

/* Phandles that QEMU, which counts up from 0x8000, does not use. */
enum {
	CLOCK = 0x100,
	SUPPLY,
	OPP_TABLE,
};

#define CLOCK_HZ	600000000u
#define MICROVOLT	800000u

/* An interrupt specifier of the GIC: SPI, number, level and active high. */
#define GIC_SPI		0
#define GIC_LEVEL_HIGH	4

/**
 * struct tree - a device tree that nodes are added to
 * @fdt: the tree
 * @err: the first error of libfdt, after which nothing is added
 */
struct tree {
	void *fdt;
	int err;
};

/* The result of a call of libfdt: an offset or 0, or a negative error. */
static int note(struct tree *tree, int result)
{
	if (result < 0 && !tree->err)
		tree->err = result;
	return result;
}

static int add_node(struct tree *tree, int parent, const char *name)
{
	return tree->err ? -1 : note(tree, fdt_add_subnode(tree->fdt, parent, name));
}

static void add_data(struct tree *tree, int node, const char *name, const void *data, size_t size)
{
	if (!tree->err)
		note(tree, fdt_appendprop(tree->fdt, node, name, data, size));
}

static void add_flag(struct tree *tree, int node, const char *name)
{
	add_data(tree, node, name, NULL, 0);
}

static void add_string(struct tree *tree, int node, const char *name, const char *string)
{
	add_data(tree, node, name, string, strlen(string) + 1);
}

static void add_u32(struct tree *tree, int node, const char *name, uint32_t value)
{
	fdt32_t cell = cpu_to_fdt32(value);

	add_data(tree, node, name, &cell, sizeof(cell));
}

static void add_u64(struct tree *tree, int node, const char *name, uint64_t value)
{
	add_u32(tree, node, name, value >> 32);
	add_u32(tree, node, name, value);
}

static void add_clock(struct tree *tree)
{
	int node = add_node(tree, 0, "gpu-clk");

	add_string(tree, node, "compatible", "fixed-clock");
	add_u32(tree, node, "#clock-cells", 0);
	add_u32(tree, node, "clock-frequency", CLOCK_HZ);
	add_u32(tree, node, "phandle", CLOCK);
}

static void add_supply(struct tree *tree)
{
	int node = add_node(tree, 0, "gpu-supply");

	add_string(tree, node, "compatible", "regulator-fixed");
	add_string(tree, node, "regulator-name", "gpu-supply");
	add_u32(tree, node, "regulator-min-microvolt", MICROVOLT);
	add_u32(tree, node, "regulator-max-microvolt", MICROVOLT);
	add_flag(tree, node, "regulator-always-on");
	add_u32(tree, node, "phandle", SUPPLY);
}

static void add_opp_table(struct tree *tree)
{
	int node = add_node(tree, 0, "gpu-opp-table");

	add_string(tree, node, "compatible", "operating-points-v2");
	add_u32(tree, node, "phandle", OPP_TABLE);
	node = add_node(tree, node, "opp-600000000");
	add_u64(tree, node, "opp-hz", CLOCK_HZ);
	add_u32(tree, node, "opp-microvolt", MICROVOLT);
}

/* Memory that the kernel does not take for its own: it is mapped as registers. */
static void reserve(struct tree *tree, uint64_t base)
{
	int node = add_node(tree, 0, "reserved-memory");
	char name[32];

	add_u32(tree, node, "#address-cells", 2);
	add_u32(tree, node, "#size-cells", 2);
	add_flag(tree, node, "ranges");
	snprintf(name, sizeof(name), "gpu@%llx", (unsigned long long)base);
	node = add_node(tree, node, name);
	add_u64(tree, node, "reg", base);
	add_u64(tree, node, "reg", FAKEGPU_SIZE);
	add_flag(tree, node, "no-map");
}

static void add_gpu(struct tree *tree, uint64_t base, const struct fakegpu *gpu)
{
	const struct reg_block *block;
	unsigned int irq;
	char name[32];
	int node;

	base += gpu->offset;
	snprintf(name, sizeof(name), "gpu@%llx", (unsigned long long)base);
	node = add_node(tree, 0, name);
	add_data(tree, node, "compatible", gpu->compatible, gpu->compatible_size);
	for (block = gpu->blocks; block->size; block++) {
		add_u64(tree, node, "reg", base + block->offset);
		add_u64(tree, node, "reg", block->size);
		if (block->name)
			add_string(tree, node, "reg-names", block->name);
	}
	for (irq = 0; irq < gpu->irqs; irq++) {
		add_u32(tree, node, "interrupts", GIC_SPI);
		add_u32(tree, node, "interrupts", gpu->first_irq + irq);
		add_u32(tree, node, "interrupts", GIC_LEVEL_HIGH);
	}
	if (gpu->irq_names)
		add_data(tree, node, "interrupt-names", gpu->irq_names, gpu->irq_names_size);
	if (gpu->clock)
		add_u32(tree, node, "clocks", CLOCK);
	if (gpu->clock_name)
		add_string(tree, node, "clock-names", gpu->clock_name);
	if (gpu->supply)
		add_u32(tree, node, "mali-supply", SUPPLY);
	if (gpu->opp)
		add_u32(tree, node, "operating-points-v2", OPP_TABLE);
	add_flag(tree, node, "dma-coherent");
}

int fakegpu_tree(void *fdt, uint64_t base, const struct fakegpu *const *gpus, unsigned int count)
{
	struct tree tree = { .fdt = fdt };
	unsigned int i;

	add_clock(&tree);
	add_supply(&tree);
	add_opp_table(&tree);
	reserve(&tree, base);
	for (i = 0; i < count; i++)
		add_gpu(&tree, base, gpus[i]);
	return tree.err;
}
