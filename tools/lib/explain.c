// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Causes and cures of what the kernel refuses.
 *
 * The order of the checks is that of __ptrace_may_access() in Linux 6.12
 * kernel/ptrace.c, then security/yama/yama_lsm.c.
 */

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* Who a process is, from its status file. */
struct identity {
	unsigned int uid[4];
	unsigned int gid[4];
	unsigned long long cap_permitted;
};

static bool read_identity(const struct dsn_roots *roots, const char *process,
			  struct identity *id)
{
	char path[PATH_MAX], text[4096];
	const char *line;

	snprintf(path, sizeof(path), "%s/%s/status", roots->proc, process);
	if (dsn_read_file(path, text, sizeof(text)) < 0)
		return false;
	line = strstr(text, "\nUid:");
	if (!line || sscanf(line, "\nUid:\t%u\t%u\t%u\t%u", &id->uid[0],
			    &id->uid[1], &id->uid[2], &id->uid[3]) != 4)
		return false;
	line = strstr(text, "\nGid:");
	if (!line || sscanf(line, "\nGid:\t%u\t%u\t%u\t%u", &id->gid[0],
			    &id->gid[1], &id->gid[2], &id->gid[3]) != 4)
		return false;
	line = strstr(text, "\nCapPrm:");
	return line && sscanf(line, "\nCapPrm:\t%llx", &id->cap_permitted) == 1;
}

/* Real, effective and saved ids are all the same one. */
static bool all_are(const unsigned int ids[4], unsigned int id)
{
	return ids[0] == id && ids[1] == id && ids[2] == id;
}

static const char *user_name(unsigned int uid, char *buf, size_t size)
{
	struct passwd pwd, *found = NULL;
	char text[1024];

	if (!getpwuid_r(uid, &pwd, text, sizeof(text), &found) && found)
		snprintf(buf, size, "%s", found->pw_name);
	else
		snprintf(buf, size, "%u", uid);
	return buf;
}

static const char *group_name(unsigned int gid, char *buf, size_t size)
{
	struct group grp, *found = NULL;
	char text[4096];

	if (!getgrgid_r(gid, &grp, text, sizeof(text), &found) && found)
		snprintf(buf, size, "%s", found->gr_name);
	else
		snprintf(buf, size, "%u", gid);
	return buf;
}

/* Files of a process that is not dumpable belong to root. */
static bool is_dumpable(const struct dsn_roots *roots, pid_t pid,
			const struct identity *id)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%d/fd", roots->proc, (int)pid);
	return stat(path, &st) || st.st_uid == id->uid[1];
}

static int yama_scope(const struct dsn_roots *roots)
{
	char path[PATH_MAX], text[16];

	snprintf(path, sizeof(path), "%s/sys/kernel/yama/ptrace_scope",
		 roots->proc);
	if (dsn_read_file(path, text, sizeof(text)) < 1)
		return 0;
	return atoi(text);
}

int dsn_explain_process(const struct dsn_roots *roots, pid_t pid,
			enum dsn_refused refused, int error)
{
	struct identity self, target;
	char name[64], number[16];
	bool privileged;
	int scope;

#define REFUSED(cause) \
	dsn_fail(error, "process %d may not be looked at: " cause, (int)pid)
#define REFUSED_BY(cause, ...) \
	dsn_fail(error, "process %d may not be looked at: " cause, (int)pid, \
		 __VA_ARGS__)

	snprintf(number, sizeof(number), "%d", (int)pid);
	if (!read_identity(roots, "self", &self) ||
	    !read_identity(roots, number, &target))
		return REFUSED_BY("%s", strerror(error));

	/* CAP_SYS_PTRACE is number 19 in include/uapi/linux/capability.h. */
	privileged = self.cap_permitted >> 19 & 1;
	if (!privileged) {
		if (!all_are(target.uid, self.uid[0]))
			return REFUSED_BY("it belongs to user %s: use that user, or root",
					  user_name(target.uid[1], name,
						    sizeof(name)));
		if (!all_are(target.gid, self.gid[0]))
			return REFUSED_BY("it runs with group %s: use newgrp, or root",
					  group_name(target.gid[1], name,
						     sizeof(name)));
		if (target.cap_permitted & ~self.cap_permitted)
			return REFUSED("it has capabilities that you do not have: use root");
		if (!is_dumpable(roots, pid, &target))
			return REFUSED("it is not dumpable (a setuid program, or prctl(PR_SET_DUMPABLE, 0)): use root");
	}

	scope = refused == DSN_REFUSED_ATTACH ? yama_scope(roots) : 0;
	if (scope >= 3)
		return REFUSED("kernel.yama.ptrace_scope is 3, which forbids it to everybody until the next boot");
	if (scope == 2 && !privileged)
		return REFUSED("kernel.yama.ptrace_scope is 2: use root");
	if (scope == 1 && !privileged)
		return REFUSED("kernel.yama.ptrace_scope is 1: start it with `drmsnoop run --child`, use root, or let it call prctl(PR_SET_PTRACER)");
	return REFUSED("a security module, a container or a sandbox forbids it: use root outside of it");

#undef REFUSED
#undef REFUSED_BY
}

static bool exists(const char *format, const char *root, unsigned int card)
	__attribute__((format(printf, 1, 0)));

static bool exists(const char *format, const char *root, unsigned int card)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), format, root, card);
	return !access(path, F_OK);
}

int dsn_explain_node(const struct dsn_roots *roots, unsigned int card,
		     bool write, int error)
{
	const char *how = write ? " for writing" : "";
	char node[PATH_MAX], group[64];
	struct stat st;

	snprintf(node, sizeof(node), "%s/dri/card%u-snoop", roots->dev, card);
	switch (error) {
	case ENOENT:
		if (!exists("%s/class/drm/card%u", roots->sys, card))
			return dsn_fail(error, "there is no card%u on this machine: see `drmsnoop doctor`",
					card);
		if (!exists("%s/module/drm_snoop", roots->sys, card))
			return dsn_fail(error, "there is no %s: module drm_snoop is not loaded: modprobe drm_snoop",
					node);
		return dsn_fail(error, "there is no %s although drm_snoop is loaded: is /dev a devtmpfs, or udev running?",
				node);
	case EACCES:
	case EPERM:
		if (!stat(node, &st) && (st.st_mode & 0060) && st.st_gid)
			return dsn_fail(error, "%s may not be opened%s: it is for group %s: usermod -aG %s USER, then log in again",
					node, how,
					group_name(st.st_gid, group,
						   sizeof(group)),
					group);
		return dsn_fail(error, "%s may not be opened%s: it is for root only: install 60-drm-snoop.rules, or use root",
				node, how);
	case ENODEV:
	case ENXIO:
		return dsn_fail(ENODEV, "card%u is gone", card);
	}
	return dsn_fail(error, "%s: %s", node, strerror(error));
}

int dsn_explain_writing(const struct dsn_roots *roots)
{
	char path[PATH_MAX], text[64];

	snprintf(path, sizeof(path), "%s/kernel/security/lockdown", roots->sys);
	if (dsn_read_file(path, text, sizeof(text)) > 0 &&
	    (strstr(text, "[integrity]") || strstr(text, "[confidentiality]")))
		return dsn_fail(EPERM, "memory may not be written: the kernel is locked down: boot without lockdown");
	snprintf(path, sizeof(path), "%s/module/drm_snoop/parameters/writes",
		 roots->sys);
	if (dsn_read_file(path, text, sizeof(text)) <= 0)
		return dsn_fail(EOPNOTSUPP, "memory may not be written: this drm_snoop only reads: update it");
	if (text[0] == 'N' || text[0] == '0')
		return dsn_fail(EPERM, "memory may not be written: it is switched off: as root, echo Y >/sys/module/drm_snoop/parameters/writes");
	return dsn_fail(EPERM, "memory may not be written: the kernel forbids it");
}

int dsn_explain_ioctl(const struct drmsnoop *snoop, const char *what, int error)
{
	unsigned int card = snoop->info.primary_minor;

	switch (error) {
	case EOPNOTSUPP:
		return dsn_fail(error, "the address spaces of driver %s are not known: %s: read objects by handle, see `drmsnoop maps --objects`",
				snoop->info.driver,
				snoop->info.adapter_reason[0] ?
				snoop->info.adapter_reason :
				"there is no adapter for it");
	case EBUSY:
	case EAGAIN:
		return dsn_fail(error, "the driver of card%u holds a lock: try again",
				card);
	case ENODEV:
		return dsn_fail(error, "card%u is gone", card);
	case ENOMEM:
		return dsn_fail(error, "out of memory");
	}
	return dsn_fail(error, "%s on card%u: %s", what, card, strerror(error));
}
