// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fakegpu: writes what QEMU loads and the guest's drivers find of GPUs that are only
 * memory. See tests/vm/run and Documentation/testbed.rst.
 */
#include <err.h>
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fakegpu.h"

#define MAX_GPUS	3
/* The tree of QEMU is 1 MiB, most of it empty. */
#define TREE_MAX	0x200000u

static const struct fakegpu *const known[MAX_GPUS] = {
	&fakegpu_panthor, &fakegpu_panfrost, &fakegpu_v3d,
};

static const char *dir;

/* The name of a file in @dir, until the next call. */
static const char *in_dir(const char *name)
{
	static char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		errx(1, "%s: the name is too long", dir);
	return path;
}

static void save(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		err(1, "cannot write %s", path);
}

static const struct fakegpu *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < MAX_GPUS; i++)
		if (!strcmp(known[i]->name, name))
			return known[i];
	errx(2, "unknown GPU '%s'", name);
}

/* One file a block, and a line for QEMU's -device. */
static void save_registers(const struct fakegpu *gpu, uint64_t base)
{
	static unsigned char memory[FAKEGPU_SIZE];
	const struct reg_block *block;
	const char *path;
	char name[64];

	for (block = gpu->blocks; block->size; block++) {
		fakegpu_registers(block, memory);
		snprintf(name, sizeof(name), "%s%s%s.regs", gpu->name, block->name ? "-" : "",
			 block->name ? block->name : "");
		path = in_dir(name);
		save(path, memory, block->size);
		printf("loader,file=%s,addr=0x%llx,force-raw=on\n", path,
		       (unsigned long long)(base + gpu->offset + block->offset));
	}
}

static void save_tree(const char *from, uint64_t base, const struct fakegpu *const *gpus,
		      unsigned int count)
{
	static unsigned char qemu[TREE_MAX], tree[TREE_MAX];
	FILE *file = fopen(from, "r");
	int result;

	if (!file || !fread(qemu, 1, sizeof(qemu), file))
		err(1, "cannot read %s", from);
	fclose(file);
	result = fdt_open_into(qemu, tree, sizeof(tree));
	if (!result)
		result = fakegpu_tree(tree, base, gpus, count);
	if (!result)
		result = fdt_pack(tree);
	if (result)
		errx(1, "%s: %s", from, fdt_strerror(result));
	save(in_dir("tree.dtb"), tree, fdt_totalsize(tree));
}

static void save_firmware(void)
{
	unsigned char *firmware;
	const char *path;
	size_t size;

	firmware = fakegpu_panthor_firmware(&size);
	if (!firmware)
		err(1, "firmware");
	if ((mkdir(in_dir("firmware"), 0755) && errno != EEXIST) ||
	    (mkdir(in_dir("firmware/arm"), 0755) && errno != EEXIST) ||
	    (mkdir(in_dir("firmware/arm/mali"), 0755) && errno != EEXIST) ||
	    (mkdir(in_dir("firmware/arm/mali/arch10.8"), 0755) && errno != EEXIST))
		err(1, "cannot make a directory in %s", dir);
	path = in_dir("firmware/arm/mali/arch10.8/mali_csffw.bin");
	save(path, firmware, size);
	free(firmware);
}

int main(int argc, char **argv)
{
	const struct fakegpu *gpus[MAX_GPUS];
	unsigned int count, i;
	uint64_t base;

	if (argc < 5 || argc > 4 + MAX_GPUS) {
		fputs("Usage: fakegpu TREE BASE DIR GPU...\n\n"
		      "Makes in DIR registers of each GPU (panthor, panfrost, v3d), memory at the\n"
		      "physical address BASE; tree.dtb, which is the device tree TREE with them; and\n"
		      "firmware/, to be found in the guest. Prints the arguments of QEMU's -device.\n",
		      stderr);
		return 2;
	}
	base = strtoull(argv[2], NULL, 0);
	dir = argv[3];
	count = argc - 4;
	for (i = 0; i < count; i++)
		gpus[i] = find(argv[4 + i]);
	save_tree(argv[1], base, gpus, count);
	save_firmware();
	for (i = 0; i < count; i++)
		save_registers(gpus[i], base);
	return fflush(stdout) ? 1 : 0;
}
