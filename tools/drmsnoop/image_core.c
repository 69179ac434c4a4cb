// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of ranges of an ELF core: its notes, see drmsnoop-core.h. */

#include <elf.h>
#include <endian.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "drmsnoop-core.h"
#include "image_core.h"

/* More notes than come before the ranges in any core. */
#define MAX_NOTES 1000

/* An entry has at least what it had in the first version. */
#define MIN_ENTRY (offsetof(struct drmsnoop_core_range, error) + sizeof(uint32_t))

/* The byte order of this machine, and of the other ones. */
#define ORDER (htole16(1) == 1 ? ELFDATA2LSB : ELFDATA2MSB)

bool core_is(const struct image *image)
{
	unsigned char begin[offsetof(Elf64_Ehdr, e_type) + sizeof(Elf64_Half)];
	Elf64_Half type;

	/* Other ELF files can be in memory of a GPU: its programs are some. */
	if (pread(image->fd, begin, sizeof(begin), 0) != sizeof(begin) ||
	    memcmp(begin, ELFMAG, SELFMAG))
		return false;
	memcpy(&type, begin + offsetof(Elf64_Ehdr, e_type), sizeof(type));
	return type == (begin[EI_DATA] == ORDER ? ET_CORE : __builtin_bswap16(ET_CORE));
}

static void foreign(const struct image *image) __attribute__((noreturn));

static void foreign(const struct image *image)
{
	die(image->command, "%s is not a core of a GPU address space: make one with drmsnoop core",
	    image->name);
}

static void refuse(const struct image *image, const char *what) __attribute__((noreturn));

static void refuse(const struct image *image, const char *what)
{
	die(image->command, "%s: %s is damaged: make the core again", image->name, what);
}

/* [@offset, @offset + @size) is to be in the file. */
static void expect(const struct image *image, uint64_t offset, uint64_t size)
{
	if (offset > image->size || size > image->size - offset)
		die(image->command, "%s ends after 0x%llx bytes, before what its tables name: copy it in full, or make it again",
		    image->name, (unsigned long long)image->size);
}

static void get(const struct image *image, void *buf, size_t size, uint64_t offset)
{
	expect(image, offset, size);
	if (pread(image->fd, buf, size, offset) != (ssize_t)size)
		die(image->command, "%s: it cannot be read at 0x%llx", image->name,
		    (unsigned long long)offset);
}

/* @to: returned: as much of an entry as there is, the rest zeros */
static void get_entry(const struct image *image, void *to, size_t known, uint64_t offset,
		      uint64_t size)
{
	memset(to, 0, known);
	get(image, to, size < known ? size : known, offset);
}

static void read_target(struct image *image, uint64_t offset, uint64_t size)
{
	struct drmsnoop_core_target target;

	get_entry(image, &target, sizeof(target), offset, size);
	if (target.version != DRMSNOOP_CORE_VERSION)
		die(image->command, "%s: a core of version %u is not known: use a newer drmsnoop",
		    image->name, target.version);
	if (image->end)
		refuse(image, "the description of what it is of");
	image->start = target.vm_start;
	image->end = target.vm_end;
	if (image->end > INT64_MAX)
		image->end = INT64_MAX;
	if (image->start >= image->end)
		refuse(image, "the description of what it is of");
}

/* @used: where content may begin: each byte belongs to one range */
static void add_entry(struct image *image, const struct drmsnoop_core_range *entry,
		      uint64_t *used)
{
	struct image_range range = {
		.start = entry->start,
		.end = entry->end,
		.state = IMAGE_DATA,
		.offset = entry->offset,
	};

	if (entry->flags & DRMSNOOP_CORE_LEFT_OUT)
		range.state = IMAGE_OUTSIDE;
	else if (entry->error)
		range.state = IMAGE_UNREADABLE;
	else if (entry->kind == DRM_SNOOP_RANGE_SPARSE)
		range.state = IMAGE_ZEROS;
	range.error = range.state == IMAGE_UNREADABLE ? (int)entry->error : 0;
	if (range.end > image->end || range.start < image->start ||
	    !image_add_range(image, &range))
		refuse(image, "the table of ranges");
	if (range.state != IMAGE_DATA)
		return;
	expect(image, range.offset, range.end - range.start);
	if (range.offset < *used)
		refuse(image, "the table of ranges");
	*used = range.offset + (range.end - range.start);
}

static void read_ranges(struct image *image, uint64_t offset, uint64_t size)
{
	uint64_t used = sizeof(Elf64_Ehdr), i;
	struct drmsnoop_core_table table;
	struct drmsnoop_core_range entry;

	if (size < sizeof(table) || !image->end)
		refuse(image, "the table of ranges");
	get(image, &table, sizeof(table), offset);
	size -= sizeof(table);
	offset += sizeof(table);
	if (table.entry_size < MIN_ENTRY || table.count > size / table.entry_size)
		refuse(image, "the table of ranges");
	for (i = 0; i < table.count; i++, offset += table.entry_size) {
		get_entry(image, &entry, sizeof(entry), offset, table.entry_size);
		add_entry(image, &entry, &used);
	}
}

static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~3ULL;
}

/* Returns whether the table of ranges was among them. */
static bool read_notes(struct image *image, uint64_t offset, uint64_t size)
{
	char owner[sizeof(DRMSNOOP_NOTE_OWNER)];
	unsigned int count;
	Elf64_Nhdr note;
	uint64_t whole;

	expect(image, offset, size);
	for (count = 0; size >= sizeof(note) && count < MAX_NOTES;
	     count++, offset += whole, size -= whole) {
		get(image, &note, sizeof(note), offset);
		whole = sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz);
		if (whole > size)
			refuse(image, "a note");
		if (note.n_namesz != sizeof(owner))
			continue;
		get(image, owner, sizeof(owner), offset + sizeof(note));
		if (memcmp(owner, DRMSNOOP_NOTE_OWNER, sizeof(owner)))
			continue;
		if (note.n_type == DRMSNOOP_NT_TARGET)
			read_target(image, offset + sizeof(note) + padded(note.n_namesz),
				    note.n_descsz);
		if (note.n_type != DRMSNOOP_NT_RANGES)
			continue;
		read_ranges(image, offset + sizeof(note) + padded(note.n_namesz),
			    note.n_descsz);
		return true;
	}
	return false;
}

void core_read(struct image *image)
{
	Elf64_Ehdr header;
	Elf64_Phdr phdr;

	get(image, &header, sizeof(header), 0);
	if (header.e_ident[EI_DATA] != ORDER)
		die(image->command, "%s is of a machine with another byte order: read it on one like that",
		    image->name);
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(phdr) ||
	    !header.e_phnum)
		foreign(image);
	/* The notes are the first segment. */
	get(image, &phdr, sizeof(phdr), header.e_phoff);
	if (phdr.p_type != PT_NOTE || !read_notes(image, phdr.p_offset, phdr.p_filesz))
		foreign(image);
}
