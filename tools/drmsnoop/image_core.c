// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of ranges of an ELF core: its notes, see drmsnoop-core.h. */

#include <elf.h>
#include <endian.h>
#include <string.h>
#include <unistd.h>

#include "drmsnoop-core.h"
#include "image_core.h"

/* What a file of gzip begins with. */
static const unsigned char gzip_magic[] = { 0x1f, 0x8b };

bool core_is(const struct image *image)
{
	unsigned char magic[SELFMAG];

	return pread(image->fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       (!memcmp(magic, ELFMAG, SELFMAG) ||
		!memcmp(magic, gzip_magic, sizeof(gzip_magic)));
}

static void damaged(const struct image *image) __attribute__((noreturn));

static void damaged(const struct image *image)
{
	die(image->command, "%s: this is not a core of drmsnoop", image->name);
}

static void get(const struct image *image, void *buf, size_t size, uint64_t offset)
{
	if (offset > INT64_MAX || pread(image->fd, buf, size, offset) != (ssize_t)size)
		damaged(image);
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
		die(image->command, "%s: a core of version %u is not known", image->name,
		    target.version);
	image->start = target.vm_start;
	image->end = target.vm_end;
	if (image->end > INT64_MAX)
		image->end = INT64_MAX;
	if (image->start >= image->end)
		damaged(image);
}

static void add_entry(struct image *image, const struct drmsnoop_core_range *entry)
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
		damaged(image);
}

static void read_ranges(struct image *image, uint64_t offset, uint64_t size)
{
	struct drmsnoop_core_table table;
	struct drmsnoop_core_range entry;
	uint64_t i;

	if (size < sizeof(table) || !image->end)
		damaged(image);
	get(image, &table, sizeof(table), offset);
	size -= sizeof(table);
	offset += sizeof(table);
	if (!table.entry_size || table.count > size / table.entry_size)
		damaged(image);
	for (i = 0; i < table.count; i++, offset += table.entry_size) {
		get_entry(image, &entry, sizeof(entry), offset, table.entry_size);
		add_entry(image, &entry);
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
	Elf64_Nhdr note;
	uint64_t whole;

	for (; size >= sizeof(note); offset += whole, size -= whole) {
		get(image, &note, sizeof(note), offset);
		whole = sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz);
		if (whole > size)
			damaged(image);
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
	/* That of this machine. */
	const unsigned char order = htole16(1) == 1 ? ELFDATA2LSB : ELFDATA2MSB;
	Elf64_Ehdr header;
	Elf64_Phdr phdr;

	get(image, &header, sizeof(header), 0);
	if (!memcmp(header.e_ident, gzip_magic, sizeof(gzip_magic)))
		die(image->command, "%s is compressed: gunzip it first", image->name);
	/* The notes are the first segment. */
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != order ||
	    header.e_type != ET_CORE || header.e_phentsize != sizeof(phdr) || !header.e_phnum)
		damaged(image);
	get(image, &phdr, sizeof(phdr), header.e_phoff);
	if (phdr.p_type != PT_NOTE || !read_notes(image, phdr.p_offset, phdr.p_filesz))
		damaged(image);
}
