// SPDX-License-Identifier: LGPL-2.1-or-later
/* Cores: the process, card, client and address space that they are of. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "core.h"

/* A text of the process's own, without its last newline; "" if it cannot be read. */
static size_t read_text(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	n = dsn_read_file(path, text, size);
	if (n < 0)
		n = 0;
	if (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	return n;
}

/* What debuggers show of it. There is no thread, so there are no registers. */
static void describe_process(struct drmsnoop_core *core, pid_t pid)
{
	prpsinfo_t *process = &core->process;
	char path[64];
	struct stat st;
	size_t n, i;

	core->target.pid = pid;
	core->status.pr_pid = pid;
	process->pr_pid = pid;
	process->pr_sname = 'R';
	if (!pid)
		return;
	read_text(pid, "comm", core->target.comm, sizeof(core->target.comm));
	/* Cut as the kernel cuts it: the field need not end with a NUL. */
	memcpy(process->pr_fname, core->target.comm,
	       strnlen(core->target.comm, sizeof(process->pr_fname)));
	n = read_text(pid, "cmdline", process->pr_psargs, sizeof(process->pr_psargs));
	for (i = 0; i + 1 < n; i++)
		if (!process->pr_psargs[i])
			process->pr_psargs[i] = ' ';
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	if (stat(path, &st))
		return;
	core->target.uid = st.st_uid;
	process->pr_uid = st.st_uid;
	process->pr_gid = st.st_gid;
}

static int describe_vm(const struct drm_snoop_vm *vm, void *data)
{
	struct drmsnoop_core_target *target = data;

	if (vm->vm_id != target->vm_id)
		return 0;
	target->vm_start = vm->start;
	target->vm_end = vm->end;
	memcpy(target->vm_name, vm->name, sizeof(target->vm_name) - 1);
	return 1;
}

int dsn_core_describe(struct drmsnoop_core *core, const struct drmsnoop_core_options *options)
{
	const struct drm_snoop_card_info *info = drmsnoop_card_info(core->snoop);
	struct drmsnoop_core_target *target = &core->target;
	struct utsname name;
	struct timespec now;
	int ret;

	clock_gettime(CLOCK_REALTIME, &now);
	target->version = DRMSNOOP_CORE_VERSION;
	target->flags = options->flags;
	if (options->placements || options->start || options->end)
		target->flags |= DRMSNOOP_CORE_PARTIAL;
	target->time = now.tv_sec * 1000000000ULL + now.tv_nsec;
	target->client_id = options->client_id;
	target->vm_id = options->vm_id;
	target->card = info->primary_minor;
	target->render = info->render_minor;
	snprintf(target->driver, sizeof(target->driver), "%s", info->driver);
	snprintf(target->module, sizeof(target->module), "%s", info->module);
	snprintf(target->bus_name, sizeof(target->bus_name), "%s", info->bus_name);
	if (!uname(&name))
		snprintf(target->kernel, sizeof(target->kernel), "%.63s", name.release);
	describe_process(core, options->pid);

	ret = drmsnoop_foreach_vm(core->snoop, options->client_id, describe_vm, target);
	if (!ret)
		ret = dsn_fail(ENOENT, "client %llu has no VM %llu",
			       (unsigned long long)options->client_id,
			       (unsigned long long)options->vm_id);
	return ret < 0 ? ret : 0;
}
