// SPDX-License-Identifier: LGPL-2.1-or-later
/* Cores: the ELF header, program headers and notes. */

#include <string.h>

#include "core.h"

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
/* Nothing that a debugger could know. */
#define MACHINE EM_NONE
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BYTES ELFDATA2LSB
#else
#define BYTES ELFDATA2MSB
#endif

#define DEBUGGER_OWNER "CORE"

static uint64_t note_size(const char *owner, uint64_t size)
{
	/* Both parts are padded to 4 bytes. */
	return sizeof(Elf64_Nhdr) + ((strlen(owner) + 1 + 3) & ~3ULL) + ((size + 3) & ~3ULL);
}

static uint64_t table_size(size_t count, size_t entry_size)
{
	return sizeof(struct drmsnoop_core_table) + count * entry_size;
}

static uint64_t notes_size(const struct drmsnoop_core *core)
{
	return note_size(DEBUGGER_OWNER, sizeof(core->process)) +
	       note_size(DEBUGGER_OWNER, sizeof(core->status)) +
	       note_size(DRMSNOOP_NOTE_OWNER, sizeof(core->target)) +
	       note_size(DRMSNOOP_NOTE_OWNER, table_size(core->count, sizeof(*core->ranges))) +
	       note_size(DRMSNOOP_NOTE_OWNER, table_size(core->object_count,
							 sizeof(*core->objects)));
}

/* One for the notes, and one for each range. */
static uint64_t header_count(const struct drmsnoop_core *core)
{
	return core->count + 1ULL;
}

static bool is_extended(const struct drmsnoop_core *core)
{
	return header_count(core) >= PN_XNUM;
}

static uint64_t headers_size(const struct drmsnoop_core *core)
{
	return (is_extended(core) ? sizeof(Elf64_Shdr) : 0) +
	       header_count(core) * sizeof(Elf64_Phdr);
}

uint64_t dsn_core_tail_size(const struct drmsnoop_core *core)
{
	return headers_size(core) + notes_size(core);
}

void dsn_core_header(const struct drmsnoop_core *core, Elf64_Ehdr *header)
{
	bool extended = is_extended(core);

	*header = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, BYTES,
			     EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = MACHINE,
		.e_version = EV_CURRENT,
		.e_phoff = core->tail + (extended ? sizeof(Elf64_Shdr) : 0),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = extended ? PN_XNUM : header_count(core),
	};
	if (extended) {
		header->e_shoff = core->tail;
		header->e_shentsize = sizeof(Elf64_Shdr);
		header->e_shnum = 1;
	}
}

/*
 * struct window - bytes of the tail that are wanted
 *
 * Everything is put into it one after the other, and what is outside is dropped.
 */
struct window {
	char *buf;
	uint64_t start, end;
	/* of what is put next */
	uint64_t at;
};

static void put(struct window *window, const void *data, uint64_t size)
{
	uint64_t from = window->at, to = window->at + size;

	window->at = to;
	if (from < window->start)
		from = window->start;
	if (to > window->end)
		to = window->end;
	if (from < to)
		memcpy(window->buf + (from - window->start),
		       (const char *)data + (from - (window->at - size)), to - from);
}

/* What comes before the description of a note. */
static void put_note(struct window *window, const char *owner, uint32_t type, uint64_t size)
{
	static const char zeros[4];
	size_t length = strlen(owner) + 1;
	const Elf64_Nhdr header = { .n_namesz = length, .n_descsz = size, .n_type = type };

	put(window, &header, sizeof(header));
	put(window, owner, length);
	put(window, zeros, -length & 3);
}

/* The sizes of what is put here are multiples of 4. */
static void put_whole(struct window *window, const char *owner, uint32_t type,
		      const void *data, size_t size)
{
	put_note(window, owner, type, size);
	put(window, data, size);
}

static void put_table(struct window *window, uint32_t type, const void *entries, size_t count,
		      size_t entry_size)
{
	const struct drmsnoop_core_table table = { .entry_size = entry_size, .count = count };

	put_note(window, DRMSNOOP_NOTE_OWNER, type, table_size(count, entry_size));
	put(window, &table, sizeof(table));
	put(window, entries, count * entry_size);
}

/* Those of DRMSNOOP_NOTE_OWNER are where their members are aligned. */
_Static_assert((sizeof(prpsinfo_t) + sizeof(prstatus_t) + 2 * (sizeof(Elf64_Nhdr) + 8)) % 8 == 0 &&
	       sizeof(prpsinfo_t) % 4 == 0 && sizeof(prstatus_t) % 4 == 0 &&
	       sizeof(struct drmsnoop_core_target) % 8 == 0 &&
	       sizeof(struct drmsnoop_core_range) == 72 &&
	       sizeof(struct drmsnoop_core_object) == 40, "notes need padding");

/*
 * What has no content is not there for debuggers, which would take it for zeros: that
 * is so for sparse ranges only.
 */
static void load_header(const struct drmsnoop_core_range *range, Elf64_Phdr *header)
{
	bool readable = !range->error && !(range->flags & DRMSNOOP_CORE_LEFT_OUT);

	*header = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = !readable ? 0 :
			   range->flags & DRMSNOOP_CORE_READ_ONLY ? PF_R : PF_R | PF_W,
		.p_offset = range->offset,
		.p_vaddr = range->start,
		.p_filesz = core_content(range),
		.p_memsz = readable ? range->end - range->start : 0,
		.p_align = core_content(range) ? CORE_PAGE : 1,
	};
}

static void put_headers(const struct drmsnoop_core *core, struct window *window)
{
	const Elf64_Phdr notes = {
		.p_type = PT_NOTE,
		.p_offset = core->tail + headers_size(core),
		.p_filesz = notes_size(core),
		.p_align = 4,
	};
	uint64_t first = 0, last = core->count;
	Elf64_Phdr header;
	uint64_t i;

	put(window, &notes, sizeof(notes));
	/* Those outside of the window are not even made. */
	if (window->start > window->at)
		first = (window->start - window->at) / sizeof(header);
	if (first > core->count)
		first = core->count;
	if (window->end < window->at + core->count * sizeof(header))
		last = window->end > window->at ?
		       (window->end - window->at + sizeof(header) - 1) / sizeof(header) : 0;
	window->at += first * sizeof(header);
	for (i = first; i < last; i++) {
		load_header(&core->ranges[i], &header);
		put(window, &header, sizeof(header));
	}
	if (i < core->count)
		window->at += (core->count - i) * sizeof(header);
}

void dsn_core_tail(const struct drmsnoop_core *core, void *buf, size_t size, uint64_t offset)
{
	struct window window = { .buf = buf, .start = offset, .end = offset + size };

	if (is_extended(core)) {
		const Elf64_Shdr section = {
			.sh_size = 1,
			.sh_info = header_count(core),
		};

		put(&window, &section, sizeof(section));
	}
	put_headers(core, &window);
	put_whole(&window, DEBUGGER_OWNER, NT_PRPSINFO, &core->process, sizeof(core->process));
	put_whole(&window, DEBUGGER_OWNER, NT_PRSTATUS, &core->status, sizeof(core->status));
	put_whole(&window, DRMSNOOP_NOTE_OWNER, DRMSNOOP_NT_TARGET, &core->target,
		  sizeof(core->target));
	put_table(&window, DRMSNOOP_NT_RANGES, core->ranges, core->count,
		  sizeof(*core->ranges));
	put_table(&window, DRMSNOOP_NT_OBJECTS, core->objects, core->object_count,
		  sizeof(*core->objects));
}
