// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * layouts VMLINUX DRIVER MODULE: does a driver's module have the members that its table
 * (kernel/adapters) names? Read with the parser of drm_snoop, out of files: VMLINUX and
 * MODULE are ELF with a section .BTF.
 *
 * Prints the number of members that were found, or says each that was not and exits
 * with 1. 2: the files cannot be used, or no adapter knows the driver.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

#include "adapters/driver.h"
#include "btf.h"

struct blob {
	void *data;
	size_t size;
};

static void die(const char *path, const char *what)
{
	fprintf(stderr, "layouts: %s: %s\n", path, what);
	exit(2);
}

/* The section .BTF. The blob is the caller's to free. */
static struct blob read_blob(const char *path)
{
	struct blob blob = { 0 };
	Elf_Scn *section = NULL;
	Elf_Data *data;
	GElf_Shdr header;
	const char *name;
	size_t names;
	Elf *elf;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path, strerror(errno));
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_getshdrstrndx(elf, &names))
		die(path, "no ELF file");
	while (!blob.data && (section = elf_nextscn(elf, section))) {
		name = gelf_getshdr(section, &header) ?
		       elf_strptr(elf, names, header.sh_name) : NULL;
		if (!name || strcmp(name, ".BTF"))
			continue;
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_size)
			die(path, elf_errmsg(-1));
		blob.size = data->d_size;
		blob.data = malloc(blob.size);
		if (!blob.data)
			die(path, strerror(errno));
		memcpy(blob.data, data->d_buf, blob.size);
	}
	if (!blob.data)
		die(path, "no section .BTF");
	elf_end(elf);
	close(fd);
	return blob;
}

static const struct snoop_driver *find_driver(const char *name)
{
	size_t i;

	for (i = 0; snoop_drivers[i]; i++)
		if (!strcmp(snoop_drivers[i]->name, name))
			return snoop_drivers[i];
	die(name, "no adapter knows this driver");
	return NULL;
}

/* Members that are not as the driver's table says; @found: that are. */
static int resolve(const struct snoop_driver *driver, const struct snoop_btf *btf,
		   unsigned int *found)
{
	const struct snoop_member *member;
	int missing = 0, ret;
	size_t i;
	u32 at;

	for (i = 0; i < SNOOP_MEMBERS; i++) {
		member = &driver->members[i];
		if (!member->spec)
			continue;
		ret = snoop_btf_member(btf, member->spec, member->type, &at);
		if (!ret) {
			++*found;
		} else if (!member->optional || (ret != -ENOENT && ret != -EPROTOTYPE)) {
			printf("%s: no %s of type %s: %s\n", driver->name, member->spec,
			       member->type, strerror(-ret));
			missing++;
		}
	}
	return missing;
}

int main(int argc, char **argv)
{
	const struct snoop_driver *driver;
	struct snoop_btf base, btf;
	struct blob kernel, module;
	unsigned int found = 0;
	int missing;

	if (argc != 4) {
		fprintf(stderr, "Usage: layouts VMLINUX DRIVER MODULE\n");
		return 2;
	}
	elf_version(EV_CURRENT);
	driver = find_driver(argv[2]);
	kernel = read_blob(argv[1]);
	module = read_blob(argv[3]);
	if (snoop_btf_init(&base, kernel.data, kernel.size, NULL))
		die(argv[1], "BTF that cannot be used");
	if (snoop_btf_init(&btf, module.data, module.size, &base))
		die(argv[3], "BTF that cannot be used");
	missing = resolve(driver, &btf, &found);
	if (!missing)
		printf("%u\n", found);
	snoop_btf_fini(&btf);
	snoop_btf_fini(&base);
	free(module.data);
	free(kernel.data);
	return missing ? 1 : 0;
}
