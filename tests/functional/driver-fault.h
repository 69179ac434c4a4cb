/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_DRIVER_FAULT_H
#define TESTS_DRIVER_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The part of a Mali GPU that is missing in the test bed: its MMU tells panfrost of an
 * access where nothing is mapped. Registers are memory there (tests/vm/fakegpu), and an
 * interrupt is raised through the interrupt controller, all by /dev/mem, which needs
 * iomem=relaxed.
 */
struct driver_fault {
	/* private */
	volatile uint8_t *gpu, *gic;
};

/* Fails the running test if the registers cannot be had. */
void driver_fault_open(struct driver_fault *fault);
void driver_fault_close(struct driver_fault *fault);

/*
 * The job that was submitted last, and still hangs, stores at @va: false if the driver has
 * not answered within some seconds.
 */
bool driver_fault_store(const struct driver_fault *fault, uint64_t va);

#endif
