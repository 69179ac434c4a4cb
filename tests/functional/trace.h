/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_TRACE_H
#define TESTS_TRACE_H

/*
 * Trace events, in an instance of their own. Needs root.
 *
 * The kernel changes its own code when an event is switched on or off, and QEMU 7.2
 * (TCG) can lose that on a processor that is just running it ("Oops: int3"). So all
 * other processors stay in user space meanwhile; and the names of tasks are not
 * recorded, for which the scheduler would be changed.
 */

/* Records @event, such as "drm_snoop" or "workqueue/workqueue_execute_start". */
void trace_begin(const char *instance, const char *event);
/* Forgets what was recorded. */
void trace_clear(const char *instance);
/* What was recorded, one event a line, "<...>-PID " first; until the next call. */
const char *trace_read(const char *instance);
void trace_end(const char *instance, const char *event);

#endif
