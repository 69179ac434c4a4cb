// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How fast GPU memory is read through drm_snoop, compared with how fast the
 * kernel reads CPU memory of another process.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drmsnoop.h>

#include "copier.h"
#include "gpusim-client.h"
#include "layout.h"
#include "lister.h"
#include "mapper.h"
#include "measure.h"
#include "reader.h"
#include "report.h"
#include "snoop.h"
#include "target.h"

#define WORD		8
#define BULK		(1UL << 20)
/* Most rounds of what takes seconds. */
#define LARGE_ROUNDS	11U

enum {
	/* Ours must not be in use. */
	GROUP_LAYOUT,
	GROUP_WORD, GROUP_BULK, GROUP_LOOKUP, GROUP_QUERY, GROUP_LIST, GROUP_MAP,
	GROUP_TOUCH, GROUP_SNAPSHOT, GROUP_LARGE, GROUPS
};

/* What the groups are measured against. */
static const char *const references[GROUPS] = {
	[GROUP_LAYOUT] = "reading the files",
	[GROUP_WORD] = "/proc/PID/mem",
	[GROUP_BULK] = "/proc/PID/mem",
	[GROUP_LOOKUP] = "10 ranges",
	[GROUP_QUERY] = "10 ranges",
	[GROUP_LIST] = "10000 ranges",
	[GROUP_MAP] = "the driver's own map",
	[GROUP_TOUCH] = "the driver's own map",
	[GROUP_SNAPSHOT] = "memcpy to a new memfd",
	[GROUP_LARGE] = "memcpy to a new memfd",
};

struct search {
	uint64_t client_id;
	int card;
};

static int search_card(const struct drmsnoop_client *client, void *data)
{
	struct search *search = data;

	if (client->client_id == search->client_id)
		search->card = client->card;
	return 0;
}

/* A snoop file on the target's client of gpusim, to be bound. */
static struct drmsnoop *open_client(const struct target *target)
{
	struct search search = { .client_id = target->client_id, .card = -1 };
	struct drmsnoop *snoop;

	if (drmsnoop_foreach_client(target->pid, DRMSNOOP_ANY_CARD, search_card, &search) ||
	    drmsnoop_open_process(target->pid, search.card, target->client_id, 0, &snoop))
		errx(1, "%s", drmsnoop_error());
	return snoop;
}

static int open_vm(const struct target *target, uint32_t vm)
{
	struct drmsnoop *snoop = open_client(target);

	if (drmsnoop_bind_vm(snoop, target->client_id, vm, NULL))
		errx(1, "%s", drmsnoop_error());
	return drmsnoop_fd(snoop);
}

static int open_object(const struct target *target, uint32_t handle)
{
	struct drmsnoop *snoop = open_client(target);

	if (drmsnoop_bind_object(snoop, target->client_id, handle, NULL))
		errx(1, "%s", drmsnoop_error());
	return drmsnoop_fd(snoop);
}

static int open_dumb(const struct target *target, const struct dumb *dumb)
{
	struct drmsnoop *snoop;
	uint64_t client_id;

	if (drmsnoop_open(dumb->card, 0, &snoop) ||
	    drmsnoop_register_pid_fd(snoop, target->pid, dumb->fd, &client_id) ||
	    drmsnoop_bind_object(snoop, client_id, dumb->handle, NULL))
		errx(1, "%s", drmsnoop_error());
	return drmsnoop_fd(snoop);
}

static int open_mem(const struct target *target)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", target->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void add_reader(struct bench_group *group, const char *name,
		       void (*run)(void *arg, unsigned int count), int fd, pid_t pid,
		       uint64_t base, void *buffer)
{
	struct reader *reader = malloc(sizeof(*reader));

	if (!reader)
		err(1, "reader");
	reader_init(reader, fd, pid, base, group->bytes, buffer);
	reader_check(reader, run);
	bench_add(group, name, run, reader);
}

/* Everything that can be read, by reads of one size. */
static void measure_reads(struct bench_group *group, const struct target *target,
			  unsigned int rounds)
{
	int vm = open_vm(target, target->vm);
	void *buffer = target_memory(TARGET_SIZE);

	add_reader(group, "/proc/PID/mem", reader_pread, open_mem(target), 0, target->memory,
		   buffer);
	add_reader(group, "process_vm_readv", reader_process_vm, -1, target->pid,
		   target->memory, buffer);
	add_reader(group, "object in system memory", reader_pread,
		   open_object(target, target->system), 0, 0, buffer);
	add_reader(group, "object in VRAM", reader_pread,
		   open_object(target, target->vram), 0, 0, buffer);
	add_reader(group, "VM, system memory", reader_pread, vm, 0, TARGET_SYSTEM_VA, buffer);
	add_reader(group, "VM, VRAM", reader_pread, vm, 0, TARGET_VRAM_VA, buffer);
	add_reader(group, "bochs, system memory", reader_pread,
		   open_dumb(target, &target->bochs_system), 0, 0, buffer);
	add_reader(group, "bochs, VRAM", reader_pread,
		   open_dumb(target, &target->bochs_vram), 0, 0, buffer);
	add_reader(group, "radeon, VRAM", reader_pread,
		   open_dumb(target, &target->radeon), 0, 0, buffer);
	add_reader(group, "memcpy", reader_memcpy, -1, 0, (uintptr_t)target_memory(TARGET_SIZE),
		   buffer);
	bench_measure(group, rounds);
}

static void add_lookup(struct bench_group *group, const char *name,
		       void (*run)(void *arg, unsigned int count), int fd, unsigned int ranges)
{
	struct lookup *lookup = malloc(sizeof(*lookup));

	if (!lookup)
		err(1, "lookup");
	lookup_init(lookup, fd, ranges);
	lookup_check(lookup, ranges);
	bench_add(group, name, run, lookup);
}

static void measure_lookups(struct bench_group *group, const struct target *target,
			    void (*run)(void *arg, unsigned int count), unsigned int rounds)
{
	add_lookup(group, "10 ranges", run, open_vm(target, target->few_vm), TARGET_FEW);
	add_lookup(group, "100000 ranges", run, open_vm(target, target->many_vm),
		   TARGET_MANY);
	bench_measure(group, rounds);
}

static void measure_lists(struct bench_group *group, const struct target *target,
			  unsigned int rounds)
{
	static struct lister some, many;

	lister_init(&some, open_vm(target, target->some_vm), target->client_id, target->some_vm,
		    TARGET_SOME);
	lister_init(&many, some.fd, target->client_id, target->many_vm, TARGET_MANY);
	lister_check(&some);
	lister_check(&many);
	bench_add(group, "10000 ranges", lister_run, &some);
	bench_add(group, "100000 ranges", lister_run, &many);
	bench_measure(group, rounds);
	lister_fini(&some);
	lister_fini(&many);
}

/* The object in system memory as its process maps it, by a copy of its descriptor. */
static void init_own(struct mapper *mapper, const struct target *target)
{
	struct drm_gpusim_gem_mmap_offset args = { .handle = target->system };
	int fd = snoop_steal_fd(target->pid, target->fd);

	if (fd < 0)
		errx(1, "the target's descriptor: %s", strerror(-fd));
	if (gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &args))
		err(1, "the driver's own map");
	mapper_init(mapper, fd, args.offset, TARGET_SIZE);
}

/* The same object, mapped by its driver and by us; kept, or anew for each piece. */
static void measure_maps(struct bench_group *group, const struct target *target, bool anew,
			 unsigned int rounds)
{
	static const char *const names[] = {
		"the driver's own map", "map of the object", "map of the VM",
	};
	static struct mapper mappers[2][3];
	struct mapper *mapper = mappers[anew];
	void *buffer = target_memory(TARGET_SIZE);
	unsigned int i;

	init_own(&mapper[0], target);
	mapper_init(&mapper[1], open_object(target, target->system), 0, TARGET_SIZE);
	mapper_init(&mapper[2], open_vm(target, target->vm), TARGET_SYSTEM_VA, TARGET_SIZE);
	for (i = 0; i < 3; i++) {
		mapper_check(&mapper[i]);
		if (!anew) {
			add_reader(group, names[i], reader_memcpy, -1, 0,
				   (uintptr_t)mapper_map(&mapper[i]), buffer);
			continue;
		}
		mapper[i].length = BULK;
		bench_add(group, names[i], mapper_touch, &mapper[i]);
	}
	bench_measure(group, rounds);
}

/* Once for each driver that is loaded: what its BTF says. */
static void measure_layout(struct bench_group *group, unsigned int rounds)
{
	static struct layout layout = { .driver = "gpusim" };

	bench_add(group, references[GROUP_LAYOUT], layout_read, &layout);
	bench_add_prepared(group, "layout of gpusim", layout_forget, layout_find, &layout);
	bench_measure(group, rounds);
	layout_fini(&layout);
}

/* New pages of shmem in both cases, and their end. */
static void measure_snapshots(struct bench_group *group, const struct target *target,
			      unsigned int rounds)
{
	static struct copier memfd, system, vram;

	memfd.memory = target_memory(TARGET_SIZE);
	memfd.length = TARGET_SIZE;
	system.fd = open_vm(target, target->vm);
	system.base = TARGET_SYSTEM_VA;
	system.length = TARGET_SIZE;
	vram = system;
	vram.base = TARGET_VRAM_VA;
	copier_check(&system);
	copier_check(&vram);
	bench_add(group, references[GROUP_SNAPSHOT], copier_memfd, &memfd);
	bench_add(group, "snapshot, system memory", copier_snapshot, &system);
	bench_add(group, "snapshot, VRAM", copier_snapshot, &vram);
	bench_measure(group, rounds);
}

/* Many pieces and pages of the page table, and more than any cache of a processor. */
static void measure_large(struct bench_group *group, const struct target *target,
			  unsigned int rounds)
{
	static struct copier memfd, snapshot;

	memfd.memory = target_memory(TARGET_LARGE_SIZE);
	memfd.length = TARGET_LARGE_SIZE;
	snapshot.fd = open_vm(target, target->vm);
	snapshot.base = TARGET_LARGE_VA;
	snapshot.length = TARGET_LARGE_SIZE;
	copier_check(&snapshot);
	bench_add(group, references[GROUP_LARGE], copier_memfd, &memfd);
	bench_add(group, "snapshot, system memory", copier_snapshot, &snapshot);
	bench_measure(group, rounds < LARGE_ROUNDS ? rounds : LARGE_ROUNDS);
}

static void usage(FILE *out)
{
	fputs("Usage: bench-snoop [--json] [--check] [--rounds N] [--only TEXT]\n"
	      "\n"
	      "Times reads, maps and snapshots of GPU memory through drm_snoop, on a gpusim, a bochs and a\n"
	      "radeon, against the kernel's ways to read CPU memory of another process, and the\n"
	      "driver's own maps; and how long it takes to find out about a driver. Needs root.\n"
	      "\n"
	      "  --json       print one JSON object instead of tables\n"
	      "  --check      exit with status 1 if a limit is missed\n"
	      "  --rounds N   rounds to measure, 3 to 100000 (default 101; of 256 MiB\n"
	      "               at most 11)\n"
	      "  --only TEXT  measure the groups whose names have TEXT in them\n"
	      "  -h, --help\n", out);
}

static unsigned int parse_rounds(const char *text)
{
	char *end;
	unsigned long rounds;

	errno = 0;
	rounds = strtoul(text, &end, 10);
	if (errno || end == text || *end || rounds < 3 || rounds > 100000)
		errx(2, "--rounds wants a number from 3 to 100000, not '%s'", text);
	return rounds;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "check", no_argument, NULL, 'c' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "only", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct bench_group groups[GROUPS] = {
		[GROUP_LAYOUT] = { .name = "layout of a driver from BTF" },
		[GROUP_WORD] = { .name = "8 bytes", .bytes = WORD },
		[GROUP_BULK] = { .name = "1 MiB", .bytes = BULK },
		[GROUP_LOOKUP] = { .name = "8 bytes at random ranges", .bytes = WORD },
		[GROUP_QUERY] = { .name = "QUERY_RANGE at random ranges" },
		[GROUP_LIST] = { .name = "LIST RANGES" },
		[GROUP_MAP] = { .name = "memcpy of 1 MiB out of maps", .bytes = BULK },
		[GROUP_TOUCH] = { .name = "mmap and first touch of 1 MiB", .bytes = BULK },
		[GROUP_SNAPSHOT] = { .name = "copies of 4 MiB to shmem", .bytes = TARGET_SIZE },
		[GROUP_LARGE] = { .name = "copies of 256 MiB to shmem",
				  .bytes = TARGET_LARGE_SIZE },
	};
	const struct bench_group *list[GROUPS];
	const struct bench_limit all_limits[] = {
		{ "layout of gpusim from BTF, ms",
		  &groups[GROUP_LAYOUT], "layout of gpusim", NULL, 50.0 },
		{ "8 bytes of an object in system memory / of /proc/PID/mem",
		  &groups[GROUP_WORD], "object in system memory", "/proc/PID/mem", 0.5 },
		{ "1 MiB of an object in system memory / of /proc/PID/mem",
		  &groups[GROUP_BULK], "object in system memory", "/proc/PID/mem", 1.0 },
		{ "8 bytes of an object in VRAM / in system memory",
		  &groups[GROUP_WORD], "object in VRAM", "object in system memory", 2.0 },
		{ "8 bytes of a buffer of bochs in VRAM / in system memory",
		  &groups[GROUP_WORD], "bochs, VRAM", "bochs, system memory", 2.0 },
		{ "8 bytes of a buffer of radeon in VRAM / of bochs in system memory",
		  &groups[GROUP_WORD], "radeon, VRAM", "bochs, system memory", 2.0 },
		{ "8 bytes at 100000 ranges / at 10",
		  &groups[GROUP_LOOKUP], "100000 ranges", "10 ranges", 3.0 },
		{ "QUERY_RANGE at 100000 ranges / at 10",
		  &groups[GROUP_QUERY], "100000 ranges", "10 ranges", 3.0 },
		{ "LIST RANGES of 100000 ranges / of 10000",
		  &groups[GROUP_LIST], "100000 ranges", "10000 ranges", 15.0 },
		{ "memcpy out of a map of an object / out of the driver's own",
		  &groups[GROUP_MAP], "map of the object", "the driver's own map", 1.2 },
		{ "memcpy out of a map of a VM / out of the driver's own",
		  &groups[GROUP_MAP], "map of the VM", "the driver's own map", 1.2 },
		{ "mmap and first touch of 1 MiB of an object / the driver's own",
		  &groups[GROUP_TOUCH], "map of the object", "the driver's own map", 1.5 },
		{ "mmap and first touch of 1 MiB of a VM / the driver's own",
		  &groups[GROUP_TOUCH], "map of the VM", "the driver's own map", 1.5 },
		{ "snapshot of an object in system memory / memcpy to a new memfd",
		  &groups[GROUP_SNAPSHOT], "snapshot, system memory", "memcpy to a new memfd",
		  1.0 / 0.7 },
		{ "snapshot of 256 MiB in system memory / memcpy to a new memfd",
		  &groups[GROUP_LARGE], "snapshot, system memory", "memcpy to a new memfd",
		  1.0 / 0.7 },
	};
	struct bench_limit limits[sizeof(all_limits) / sizeof(all_limits[0])];
	bool json = false, check = false, kept = true;
	unsigned int rounds = 101, count = 0, limit_count = 0, i;
	struct target target = { 0 };
	const char *only = "";
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 'c':
			check = true;
			break;
		case 'r':
			rounds = parse_rounds(optarg);
			break;
		case 'o':
			only = optarg;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			return 2;
		}
	}
	if (optind != argc)
		errx(2, "unexpected argument '%s': see --help", argv[optind]);

	for (i = 0; i < GROUPS; i++) {
		if (!strstr(groups[i].name, only))
			continue;
		if (i != GROUP_LAYOUT && !target.pid) {
			fprintf(stderr, "setting up a target with %u ranges\n", TARGET_MANY);
			target_start(&target);
		}
		list[count++] = &groups[i];
		fprintf(stderr, "measuring %s\n", groups[i].name);
		if (i == GROUP_LAYOUT)
			measure_layout(&groups[i], rounds);
		else if (i == GROUP_LOOKUP)
			measure_lookups(&groups[i], &target, lookup_pread, rounds);
		else if (i == GROUP_QUERY)
			measure_lookups(&groups[i], &target, lookup_query, rounds);
		else if (i == GROUP_LIST)
			measure_lists(&groups[i], &target, rounds);
		else if (i == GROUP_SNAPSHOT)
			measure_snapshots(&groups[i], &target, rounds);
		else if (i == GROUP_LARGE)
			measure_large(&groups[i], &target, rounds);
		else if (i == GROUP_MAP || i == GROUP_TOUCH)
			measure_maps(&groups[i], &target, i == GROUP_TOUCH, rounds);
		else
			measure_reads(&groups[i], &target, rounds);
		if (!json) {
			report_group(&groups[i], references[i]);
			fflush(stdout);
		}
	}
	if (!count)
		errx(2, "--only: no group has '%s' in its name", only);
	for (i = 0; i < sizeof(all_limits) / sizeof(all_limits[0]); i++)
		if (all_limits[i].group->rounds)
			limits[limit_count++] = all_limits[i];
	if (json)
		report_json(list, count, limits, limit_count);
	else
		report_limits(limits, limit_count);
	for (i = 0; i < limit_count; i++)
		kept &= report_kept(&limits[i]);
	for (i = 0; i < GROUPS; i++)
		bench_group_fini(&groups[i]);
	return check && !kept;
}
