// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * driver-target DRIVER: a program that uses panthor, panfrost or v3d, for test scripts.
 * It has two objects of 32 KiB, filled with "GPU-DATA" and "gpu-data". With panthor they
 * are in VM 1: the upper half of the first, which is private to it, at 0x100000; all of
 * the second at 0x200000, but for the page at 0x202000. It prints "ready", its process
 * id, and where the objects are, and ends with its standard input. Each line makes it
 * print what it sees: the first 8 bytes of the objects.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "driver-client.h"
#include "expect.h"

#define SIZE	32768

static void fill(const struct driver_bo *bo, const char *text)
{
	size_t i;

	for (i = 0; i < bo->size; i++)
		bo->map[i] = text[i % 8];
}

static void make(const struct driver_ops *ops, int fd, struct driver_bo *bos)
{
	uint32_t vm = 0;

	if (ops->vm_create)
		expect_ok(ops->vm_create(fd, &vm));
	driver_bo(ops, fd, SIZE, vm, 0, &bos[0]);
	driver_bo(ops, fd, SIZE, 0, 0, &bos[1]);
	fill(&bos[0], "GPU-DATA");
	fill(&bos[1], "gpu-data");
	if (!ops->bind)
		return;
	bos[0].va = 0x100000;
	bos[1].va = 0x200000;
	expect_ok(ops->bind(fd, vm, bos[0].va, bos[0].handle, SIZE / 2, SIZE / 2, 0));
	expect_ok(ops->bind(fd, vm, bos[1].va, bos[1].handle, 0, SIZE, 0));
	expect_ok(ops->unbind(fd, vm, bos[1].va + 0x2000, 0x1000));
}

int main(int argc, char **argv)
{
	const struct driver_ops *ops = argc == 2 ? driver_find(argv[1]) : NULL;
	struct driver_bo bos[2];
	char line[256];

	if (!ops) {
		fprintf(stderr, "usage: driver-target panthor|panfrost|v3d\n");
		return 2;
	}
	make(ops, driver_open(ops), bos);
	setlinebuf(stdout);
	printf("ready %d %u 0x%" PRIx64 " %u 0x%" PRIx64 "\n", getpid(), bos[0].handle,
	       bos[0].va, bos[1].handle, bos[1].va);
	while (fgets(line, sizeof(line), stdin))
		printf("%.8s %.8s\n", bos[0].map, bos[1].map);
	return 0;
}
