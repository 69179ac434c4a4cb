// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of registers are those of drivers/gpu/drm/panfrost/panfrost_regs.h (6.12) and of
 * Arm's GIC architecture, version 2.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver-fault.h"
#include "expect.h"

/* Where tests/vm and QEMU's machine "virt" have them. */
#define GPU_BASE		0x7c000000
#define GPU_SIZE		0x10000
#define GIC_BASE		0x08000000
#define GIC_SIZE		0x1000
/* The second one of panfrost, a shared peripheral interrupt: those begin at 32. */
#define MMU_IRQ			(32 + 201)

#define GICD_ISPENDR(irq)	(0x200 + (irq) / 32 * 4)
#define MMU_INT_RAWSTAT		0x2000
#define MMU_INT_CLEAR		0x2004
#define MMU_INT_STAT		0x200c
#define AS_FAULTSTATUS(as)	(0x241c + (as) * 0x40)
#define AS_FAULTADDRESS(as)	(0x2420 + (as) * 0x40)
/* Of slot 1; the address space is in the lowest bits. */
#define JS_CONFIG_NEXT		0x18d8
#define JS_COMMAND_NEXT		0x18e0
/* Nothing in the table of level 2, and it was a store. */
#define FAULT_STORE		(0xc2 | 3 << 8)
#define TRIES			20000

static uint32_t get(volatile uint8_t *block, unsigned int reg)
{
	return *(volatile uint32_t *)(block + reg);
}

static void set(volatile uint8_t *block, unsigned int reg, uint32_t value)
{
	*(volatile uint32_t *)(block + reg) = value;
	__sync_synchronize();
}

static volatile uint8_t *map(int fd, size_t size, off_t base)
{
	void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, base);

	expect_true(block != MAP_FAILED);
	return block;
}

void driver_fault_open(struct driver_fault *fault)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);

	expect_true(fd >= 0);
	fault->gpu = map(fd, GPU_SIZE, GPU_BASE);
	fault->gic = map(fd, GIC_SIZE, GIC_BASE);
	close(fd);
}

void driver_fault_close(struct driver_fault *fault)
{
	munmap((void *)fault->gpu, GPU_SIZE);
	munmap((void *)fault->gic, GIC_SIZE);
}

/* Waits until a register is not 0. */
static bool wait_for(const struct driver_fault *fault, unsigned int reg)
{
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		if (get(fault->gpu, reg))
			return true;
		usleep(100);
	}
	return false;
}

bool driver_fault_store(const struct driver_fault *fault, uint64_t va)
{
	unsigned int as;
	bool answered;

	if (!wait_for(fault, JS_COMMAND_NEXT))
		return false;
	as = get(fault->gpu, JS_CONFIG_NEXT) & 0xf;
	set(fault->gpu, AS_FAULTADDRESS(as), va);
	set(fault->gpu, AS_FAULTADDRESS(as) + 4, va >> 32);
	set(fault->gpu, AS_FAULTSTATUS(as), FAULT_STORE);
	set(fault->gpu, MMU_INT_CLEAR, 0);
	set(fault->gpu, MMU_INT_RAWSTAT, 1U << as);
	set(fault->gpu, MMU_INT_STAT, 1U << as);
	set(fault->gic, GICD_ISPENDR(MMU_IRQ), 1U << MMU_IRQ % 32);
	/* The driver goes on until it sees that there is no fault any more. */
	answered = wait_for(fault, MMU_INT_CLEAR);
	set(fault->gpu, MMU_INT_STAT, 0);
	set(fault->gpu, MMU_INT_RAWSTAT, 0);
	return answered;
}
