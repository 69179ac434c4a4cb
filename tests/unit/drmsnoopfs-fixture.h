/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRMSNOOPFS_FIXTURE_H
#define DRMSNOOPFS_FIXTURE_H

/* A file system without a mount, on the stand-in for libdrmsnoop. */

#include <stdint.h>

#include "fake-drmsnoop.h"
#include "fs.h"

extern struct fs fs;

int setup(void **state);
int teardown(void **state);

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Paths for walk(); PID stands for the process that there is. */
#define PROCESS	"card3/PID/"
#define CLIENT	PROCESS "clients/77/"
#define VM	CLIENT "vm/5/"
#define RANGE	VM "ranges/0000000000001000-0000000000002000"

/* The node of a name in a directory, looked up once. */
struct node *look(struct node *parent, const char *name);

/* The node of a path, each component looked up once. */
struct node *walk(const char *path);

/* A range of the VM; the test adds them in ascending order. */
void add_range(uint64_t start, uint64_t end, uint64_t generation);

/* An object of the client; the test adds them in ascending order. */
void add_object(uint32_t handle, uint64_t size, uint64_t id);

#endif /* DRMSNOOPFS_FIXTURE_H */
