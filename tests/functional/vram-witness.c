// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vram-witness DIR: the guest's part of test-vram-witness.sh. Lets the engine
 * write to an object in VRAM, and puts into DIR what drm_snoop reads:
 *
 *	object.bin, vm.bin	the object, and a part of it through a VM
 *	facts			"OFFSET SIZE VM_OFFSET VM_SIZE": where the object is in
 *				VRAM, and which part of it the VM shows; comes last
 *
 * Then waits for the file DIR/done, whose content the host has written to byte
 * POKE of the object behind everybody's back, and reads that.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "snoop.h"
#include "target.h"

#define SIZE		0x80000ULL
#define ADDR		0x4400000000ULL
#define VM_OFFSET	0x5000ULL
#define POKE		0x6123ULL
#define WAIT_SECONDS	100

static const char *dir;

static FILE *open_file(const char *name, const char *mode)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fopen(path, mode);
}

static void store(const char *name, int snoop, uint64_t addr, size_t len)
{
	uint8_t *buf = malloc(len);
	FILE *file = open_file(name, "we");

	expect_true(buf && file);
	expect_equal(snoop_pread(snoop, buf, len, addr), len);
	expect_equal(fwrite(buf, 1, len, file), len);
	expect_true(!fclose(file));
	free(buf);
}

/* The host's words. */
static size_t wait_for_host(char *text, size_t size)
{
	FILE *file;
	size_t len;
	int i;

	for (i = 0; i < WAIT_SECONDS * 10; i++) {
		file = open_file("done", "re");
		if (file) {
			len = fread(text, 1, size, file);
			fclose(file);
			return len;
		}
		usleep(100000);
	}
	expect_failed(__FILE__, __LINE__, "the host did not answer");
}

/* Tells the host where the object is, all at once. */
static void tell_host(struct target *target)
{
	char from[4096], to[4096];
	const char *values = target_cmd(target, "info o");
	FILE *file = open_file("facts.new", "we");

	expect_true(file);
	expect_true(strstr(values, " vram "));
	fprintf(file, "%lu %llu %llu %llu\n", target_value(values, 3), SIZE, VM_OFFSET,
		SIZE - VM_OFFSET);
	expect_true(!fclose(file));
	snprintf(from, sizeof(from), "%s/facts.new", dir);
	snprintf(to, sizeof(to), "%s/facts", dir);
	expect_ok(rename(from, to));
}

static void test_witness(void **state)
{
	char text[128], got[128];
	struct target target;
	uint64_t handle, vm;
	int snoop, drm;
	__u64 id;
	size_t len;

	target_start(&target);
	vm = target_number(&target, "vm v");
	/* So that the object is not at the begin of VRAM. */
	target_cmd(&target, "bo first 68K vram");
	target_cmd(&target, "bo o %#llx vram", SIZE);
	target_cmd(&target, "pattern o 0 %#llx 23", SIZE);
	target_cmd(&target, "bind v %#llx o %#llx", ADDR, VM_OFFSET);
	target_cmd(&target, "fill v %#llx 70001 0x8877665544332211", ADDR + 0x1003);
	target_cmd(&target, "copy v %#llx %#llx 30000", ADDR + 0x40001, ADDR + 0x1000);
	handle = target_value(target_cmd(&target, "info o"), 0);

	snoop = expect_ok(snoop_open("gpusim", 0));
	drm = expect_ok(target_getfd(&target, 0));
	expect_ok(snoop_register(snoop, drm, &id));
	expect_ok(snoop_bind_vm(snoop, id, vm, NULL));
	store("vm.bin", snoop, ADDR, SIZE - VM_OFFSET);
	expect_ok(snoop_bind_object(snoop, id, handle, NULL));
	store("object.bin", snoop, 0, SIZE);
	tell_host(&target);

	len = wait_for_host(text, sizeof(text));
	expect_true(len > 8);
	expect_equal(snoop_pread(snoop, got, len, POKE), len);
	expect_bytes(got, text, len);
	expect_ok(snoop_bind_vm(snoop, id, vm, NULL));
	expect_equal(snoop_pread(snoop, got, len, ADDR + POKE - VM_OFFSET), len);
	expect_bytes(got, text, len);
	close(drm);
	close(snoop);
	target_stop(&target);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_witness) };

	if (argc != 2)
		errx(2, "usage: vram-witness DIR");
	dir = argv[1];
	return run_group("vram-witness", tests, 1, NULL, NULL);
}
