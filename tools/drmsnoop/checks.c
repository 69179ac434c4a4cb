// SPDX-License-Identifier: GPL-2.0-or-later
/* What drmsnoop needs of a machine. */

#include <errno.h>
#include <fcntl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "drmsnoop.h"

/* First line of a file; false if it cannot be read. */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool ok;

	if (!file)
		return false;
	ok = fgets(line, size, file);
	fclose(file);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

/* Has this process a capability, by its number in linux/capability.h? */
static bool has_capability(unsigned int number)
{
	unsigned long long mask = 0;
	char line[256];
	FILE *file = fopen("/proc/self/status", "re");

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &mask) == 1)
			break;
	fclose(file);
	return mask >> number & 1;
}

#define CAP_NUMBER_SYS_PTRACE 19

static void check_lockdown(struct checkup *checkup)
{
	char line[128];

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		checkup_add(checkup, "lockdown", CHECK_OK, NULL,
			    "the kernel does not say that it is locked down");
	else if (strstr(line, "[confidentiality]"))
		checkup_add(checkup, "lockdown", CHECK_FAIL,
			    "boot without lockdown=confidentiality",
			    "the kernel is locked down: memory may not be read");
	else
		checkup_add(checkup, "lockdown", CHECK_OK, NULL,
			    "lockdown: %s: reading is allowed", line);
}

static void check_yama(struct checkup *checkup)
{
	bool privileged = has_capability(CAP_NUMBER_SYS_PTRACE);
	char line[16];
	int scope;

	if (!read_line("/proc/sys/kernel/yama/ptrace_scope", line,
		       sizeof(line))) {
		checkup_add(checkup, "yama", CHECK_OK, NULL,
			    "Yama is off: your own processes may be looked at");
		return;
	}
	scope = atoi(line);
	if (scope >= 3)
		checkup_add(checkup, "yama", CHECK_FAIL,
			    "set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and boot again",
			    "kernel.yama.ptrace_scope is 3: nobody may look at any process");
	else if (privileged)
		checkup_add(checkup, "yama", CHECK_OK, NULL,
			    "kernel.yama.ptrace_scope is %d, but you have CAP_SYS_PTRACE",
			    scope);
	else if (scope == 2)
		checkup_add(checkup, "yama", CHECK_FAIL,
			    "use root, or: sysctl kernel.yama.ptrace_scope=1",
			    "kernel.yama.ptrace_scope is 2: only root may look at processes");
	else if (scope == 1)
		checkup_add(checkup, "yama", CHECK_WARN,
			    "start the target with `drmsnoop run --child`, use root, or let it call prctl(PR_SET_PTRACER)",
			    "kernel.yama.ptrace_scope is 1: only descendants may be looked at");
	else
		checkup_add(checkup, "yama", CHECK_OK, NULL,
			    "kernel.yama.ptrace_scope is 0: your own processes may be looked at");
}

void check_kernel(struct checkup *checkup)
{
	if (access("/sys/module/drm_snoop", F_OK))
		checkup_add(checkup, "module", CHECK_FAIL, "modprobe drm_snoop",
			    "module drm_snoop is not loaded");
	else
		checkup_add(checkup, "module", CHECK_OK, NULL,
			    "module drm_snoop is loaded");
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		checkup_add(checkup, "btf", CHECK_WARN,
			    "use a kernel with CONFIG_DEBUG_INFO_BTF and CONFIG_DEBUG_INFO_BTF_MODULES",
			    "the kernel has no BTF: address spaces cannot be found, objects can");
	else
		checkup_add(checkup, "btf", CHECK_OK, NULL,
			    "the kernel has BTF");
	check_lockdown(checkup);
	check_yama(checkup);
}

/* A node that can be opened: the driver, its adapter and its BTF. */
static void check_open_card(struct checkup *checkup,
			    const struct drmsnoop_card *card)
{
	const struct drm_snoop_card_info *info;
	char path[128], cure[256];
	struct drmsnoop *snoop;

	if (drmsnoop_open(card->index, &snoop)) {
		checkup_add(checkup, "card", CHECK_WARN, NULL, "card%u: %s",
			    card->index, drmsnoop_error());
		return;
	}
	info = drmsnoop_card_info(snoop);
	checkup->usable_cards++;
	if (info->adapter_state == DRM_SNOOP_ADAPTER_READY) {
		checkup_add(checkup, "card", CHECK_OK, NULL,
			    "card%u: driver %s on %s: objects and address spaces",
			    card->index, info->driver, info->bus_name);
	} else {
		snprintf(path, sizeof(path), "/sys/kernel/btf/%s",
			 info->module);
		if (info->adapter_state == DRM_SNOOP_ADAPTER_FAILED &&
		    access(path, F_OK))
			snprintf(cure, sizeof(cure),
				 "there is no %s: use a build of %s with BTF",
				 path, info->module);
		else
			snprintf(cure, sizeof(cure),
				 "read objects with --bo: see drmsnoop maps --objects");
		checkup_add(checkup, "card", CHECK_WARN, cure,
			    "card%u: driver %s on %s: objects only; adapter: %s",
			    card->index, info->driver, info->bus_name,
			    info->adapter_reason[0] ? info->adapter_reason :
			    drmsnoop_adapter_name(info->adapter_state));
	}
	drmsnoop_close(snoop);
}

static int check_card(const struct drmsnoop_card *card, void *data)
{
	struct checkup *checkup = data;
	struct drmsnoop *snoop;

	if (!card->access) {
		check_open_card(checkup, card);
		return 0;
	}
	/* Opening fails as access does, and says why. */
	if (drmsnoop_open(card->index, &snoop))
		checkup_add(checkup, "card", CHECK_WARN, NULL, "card%u%s%s: %s",
			    card->index, card->driver[0] ? ", driver " : "",
			    card->driver, drmsnoop_error());
	else
		drmsnoop_close(snoop);
	return 0;
}

void check_cards(struct checkup *checkup)
{
	size_t before = checkup->count;

	if (drmsnoop_foreach_card(check_card, checkup))
		checkup_add(checkup, "cards", CHECK_FAIL, NULL, "%s",
			    drmsnoop_error());
	else if (checkup->count == before)
		checkup_add(checkup, "cards", CHECK_FAIL,
			    "load a DRM driver", "there is no DRM card");
	else if (!checkup->usable_cards)
		checkup_add(checkup, "cards", CHECK_FAIL,
			    "see the lines above",
			    "there is no card that you can look at");
	else
		checkup_add(checkup, "cards", CHECK_OK, NULL,
			    "%zu card%s can be looked at",
			    checkup->usable_cards,
			    checkup->usable_cards == 1 ? "" : "s");
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[4096];
	size_t len;

	for (; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path,
			 program);
		if (!access(file, X_OK))
			return true;
	}
	return false;
}

void check_helpers(struct checkup *checkup)
{
	void *library;

	if (access("/dev/fuse", R_OK | W_OK))
		checkup_add(checkup, "fuse", CHECK_WARN,
			    errno == ENOENT ? "modprobe fuse" :
			    "chmod 666 /dev/fuse, as udev does",
			    "/dev/fuse cannot be opened: drmsnoopfs does not work");
	else if (geteuid() && !in_path("fusermount3"))
		checkup_add(checkup, "fuse", CHECK_WARN, "apt install fuse3",
			    "there is no fusermount3: drmsnoopfs needs it to mount");
	else
		checkup_add(checkup, "fuse", CHECK_OK, NULL,
			    "drmsnoopfs can mount");

	library = dlopen("libdrm.so.2", RTLD_LAZY | RTLD_LOCAL);
	if (!library)
		checkup_add(checkup, "libdrm", CHECK_WARN,
			    "apt install libdrm2",
			    "there is no libdrm: GPU programs need it, drmsnoop does not");
	else
		checkup_add(checkup, "libdrm", CHECK_OK, NULL,
			    "libdrm is installed");
	if (library)
		dlclose(library);
}
