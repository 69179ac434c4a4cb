// SPDX-License-Identifier: GPL-2.0-or-later
/* What drmsnoop needs of the kernel and of other packages. */

#include <errno.h>
#include <fcntl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capability.h"
#include "doctor.h"

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
	else if (strstr(line, "[integrity]"))
		checkup_add(checkup, "lockdown", CHECK_OK, NULL,
			    "lockdown: %s: memory may be read, not written",
			    line);
	else
		checkup_add(checkup, "lockdown", CHECK_OK, NULL,
			    "lockdown: %s: memory may be read and written",
			    line);
}

static void check_yama(struct checkup *checkup)
{
	bool privileged = capability_have(CAPABILITY_SYS_PTRACE);
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
