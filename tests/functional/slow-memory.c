// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include "expect.h"
#include "slow-memory.h"

#define PAGE	4096UL

void slow_memory_init(struct slow_memory *slow, size_t size)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = {
		.mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP,
	};

	slow->size = size;
	slow->uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	expect_true(slow->uffd >= 0);
	expect_equal(ioctl(slow->uffd, UFFDIO_API, &api), 0);
	slow->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	expect_true(slow->memory != MAP_FAILED);
	area.range.start = (unsigned long)slow->memory;
	area.range.len = size;
	expect_equal(ioctl(slow->uffd, UFFDIO_REGISTER, &area), 0);
}

size_t slow_memory_wait(struct slow_memory *slow, int milliseconds)
{
	struct pollfd pollfd = { .fd = slow->uffd, .events = POLLIN };
	struct uffd_msg message;

	expect_equal(poll(&pollfd, 1, milliseconds), 1);
	expect_equal(read(slow->uffd, &message, sizeof(message)), sizeof(message));
	expect_equal(message.event, UFFD_EVENT_PAGEFAULT);
	return (message.arg.pagefault.address & -PAGE) - (unsigned long)slow->memory;
}

void slow_memory_give(struct slow_memory *slow, size_t offset)
{
	struct uffdio_zeropage page = {
		.range = { .start = (unsigned long)slow->memory + offset, .len = PAGE },
	};

	expect_equal(ioctl(slow->uffd, UFFDIO_ZEROPAGE, &page), 0);
}

void slow_memory_let_go(struct slow_memory *slow)
{
	struct uffdio_range range = { .start = (unsigned long)slow->memory, .len = slow->size };

	ioctl(slow->uffd, UFFDIO_UNREGISTER, &range);
}

void slow_memory_fini(struct slow_memory *slow)
{
	close(slow->uffd);
	munmap(slow->memory, slow->size);
}
