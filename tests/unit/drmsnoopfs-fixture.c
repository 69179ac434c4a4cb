// SPDX-License-Identifier: GPL-2.0-or-later
#include "drmsnoopfs-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "process.h"
#include "tree.h"

struct fs fs = { .uid = 1, .gid = 2 };

int setup(void **state)
{
	fake = (struct fake) { .pid = getpid() };
	log_quiet();
	return node_table_init(&fs.nodes);
}

int teardown(void **state)
{
	node_table_destroy(&fs.nodes);
	free(fake.objects);
	free(fake.ranges);
	return 0;
}

struct node *look(struct node *parent, const char *name)
{
	struct process *process = NULL;
	struct node_id id;
	struct node *node;

	assert_int_equal(tree_parse(parent->id.kind, name, &id), 0);
	if (id.kind == NODE_PROCESS) {
		assert_int_equal(process_open(id.a, &process), 0);
		id.b = process->start;
	}
	assert_int_equal(node_lookup(&fs.nodes, parent, &id, process, &node), 0);
	return node;
}

struct node *walk(const char *path)
{
	char *copy = strdup(path), *save, *name;
	struct node *node = &fs.nodes.root;

	for (name = strtok_r(copy, "/", &save); name;
	     name = strtok_r(NULL, "/", &save)) {
		char pid[16];

		snprintf(pid, sizeof(pid), "%d", fake.pid);
		node = look(node, !strcmp(name, "PID") ? pid : name);
	}
	free(copy);
	return node;
}

void add_range(uint64_t start, uint64_t end, uint64_t generation)
{
	fake.ranges = reallocarray(fake.ranges, fake.range_count + 1,
				   sizeof(*fake.ranges));
	fake.ranges[fake.range_count++] = (struct drm_snoop_range) {
		.start = start, .end = end, .generation = generation,
		.kind = DRM_SNOOP_RANGE_OBJECT, .object_id = 900,
		.object_offset = 0x2000, .object_size = 0x8000,
		.placement = DRM_SNOOP_PLACEMENT_VRAM,
		.flags = DRM_SNOOP_READABLE,
	};
}

void add_object(uint32_t handle, uint64_t size, uint64_t id)
{
	fake.objects = reallocarray(fake.objects, fake.object_count + 1,
				    sizeof(*fake.objects));
	fake.objects[fake.object_count++] = (struct drm_snoop_object) {
		.handle = handle, .size = size, .object_id = id,
		.kind = DRM_SNOOP_OBJECT_TTM,
		.placement = DRM_SNOOP_PLACEMENT_VRAM,
		.flags = DRM_SNOOP_READABLE,
		.path = DRM_SNOOP_PATH_TTM,
	};
}
