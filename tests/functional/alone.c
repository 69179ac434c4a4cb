// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "alone.h"
#include "expect.h"

/* More than any virtual machine of the tests has. */
#define PROCESSORS	64

static pthread_t threads[PROCESSORS];
static unsigned int thread_count;
static atomic_uint spinning;
static atomic_bool ended;
static cpu_set_t before;

static void pin(int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	expect_ok(sched_setaffinity(0, sizeof(set), &set));
}

static void *spin(void *unused)
{
	spinning++;
	while (!ended)
		;
	return unused;
}

static void start_spinner(int processor)
{
	const struct sched_param priority = {
		.sched_priority = sched_get_priority_max(SCHED_FIFO),
	};
	pthread_attr_t attr;
	cpu_set_t set;

	expect_true(thread_count < PROCESSORS);
	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	expect_equal(pthread_attr_init(&attr), 0);
	expect_equal(pthread_attr_setaffinity_np(&attr, sizeof(set), &set), 0);
	expect_equal(pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED), 0);
	expect_equal(pthread_attr_setschedpolicy(&attr, SCHED_FIFO), 0);
	expect_equal(pthread_attr_setschedparam(&attr, &priority), 0);
	expect_equal(pthread_create(&threads[thread_count++], &attr, spin, NULL), 0);
	pthread_attr_destroy(&attr);
}

void alone_begin(void)
{
	int processor, here;

	expect_ok(sched_getaffinity(0, sizeof(before), &before));
	here = expect_ok(sched_getcpu());
	pin(here);
	ended = false;
	spinning = 0;
	for (processor = 0; processor < CPU_SETSIZE; processor++)
		if (CPU_ISSET(processor, &before) && processor != here)
			start_spinner(processor);
	while (spinning < thread_count)
		sched_yield();
}

void alone_end(void)
{
	ended = true;
	while (thread_count)
		pthread_join(threads[--thread_count], NULL);
	expect_ok(sched_setaffinity(0, sizeof(before), &before));
}
