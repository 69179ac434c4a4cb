// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shell.h"

static int cmd_help(struct shell *sh, int argc, char **argv, struct answer *a)
{
	const struct command *c;
	size_t at = 0;

	if (argc > 1) {
		c = command_find(argv[1]);
		if (!c)
			return answer_error(a, ENOENT, "no command %s", argv[1]);
		return answer_ok(a, "%s%s%s", c->name, *c->usage ? " " : "", c->usage);
	}
	answer_ok(a, "%s", "");
	for (c = commands; c->name; c++)
		at += snprintf(a->text + at, sizeof(a->text) - at, "%s%s",
			       at ? " " : "", c->name);
	return 0;
}

static int cmd_exit(struct shell *sh, int argc, char **argv, struct answer *a)
{
	uint64_t status = 0;

	if (argc > 1 && arg_number(a, "STATUS", argv[1], &status))
		return -1;
	if (status > 255)
		return answer_error(a, EINVAL, "STATUS: at most 255");
	sh->exiting = true;
	sh->status = status;
	return answer_ok(a, "%s", "");
}

const struct command commands[] = {
	{ "open", "CLIENT [primary|PATH]", 1, 2, 0, client_cmd_open },
	{ "use", "CLIENT", 1, 1, 0, client_cmd_use },
	{ "client", "[CLIENT]", 0, 1, 0, client_cmd_client },
	{ "closefd", "CLIENT", 1, 1, 0, client_cmd_closefd },
	{ "vm", "NAME", 1, 1, COMMAND_LOOP, vm_cmd_vm },
	{ "vmdestroy", "NAME", 1, 1, COMMAND_LOOP, vm_cmd_vmdestroy },
	{ "bo", "NAME SIZE system|vram [nocpu] [private VM]", 3, 6, COMMAND_LOOP,
	  bo_cmd_bo },
	{ "close", "NAME", 1, 1, COMMAND_LOOP, bo_cmd_close },
	{ "bind", "VM ADDR BO [OFFSET [RANGE]] [ro]", 3, 6, COMMAND_LOOP, vm_cmd_bind },
	{ "unbind", "VM ADDR RANGE", 3, 3, COMMAND_LOOP, vm_cmd_unbind },
	{ "sparse", "VM ADDR RANGE", 3, 3, COMMAND_LOOP, vm_cmd_sparse },
	{ "bindmany", "VM ADDR COUNT BO STRIDE", 5, 5, COMMAND_LOOP, vm_cmd_bindmany },
	{ "fill", "VM ADDR SIZE VALUE64", 4, 4, COMMAND_LOOP, engine_cmd_run },
	{ "copy", "VM DST SRC SIZE", 4, 4, COMMAND_LOOP, engine_cmd_run },
	{ "add", "VM ADDR SIZE VALUE64", 4, 4, COMMAND_LOOP, engine_cmd_run },
	{ "sum", "VM ADDR SIZE", 3, 3, COMMAND_LOOP, engine_cmd_sum },
	{ "spin", "VM ADDR VALUE64", 3, 3, 0, engine_cmd_start },
	{ "hang", "VM", 1, 1, 0, engine_cmd_start },
	{ "queue", "fill|copy|add|spin|hang [ARG...]", 2, 6, 0, engine_cmd_queue },
	{ "wait", "JOB [SECONDS]", 1, 2, 0, job_cmd_wait },
	{ "state", "VM", 1, 1, COMMAND_LOOP, engine_cmd_state },
	{ "cpufill", "BO OFFSET SIZE VALUE64", 4, 4, COMMAND_LOOP, cpu_cmd_cpufill },
	{ "pattern", "BO OFFSET SIZE SEED", 4, 4, COMMAND_LOOP, cpu_cmd_pattern },
	{ "cpusum", "BO OFFSET SIZE", 3, 3, COMMAND_LOOP, cpu_cmd_cpusum },
	{ "memory", "NAME SIZE", 2, 2, 0, memory_cmd_memory },
	{ "userptr", "VM ADDR MEMORY [OFFSET [SIZE]] [ro]", 3, 6, COMMAND_LOOP,
	  memory_cmd_userptr },
	{ "memfill", "MEMORY OFFSET SIZE VALUE64", 4, 4, COMMAND_LOOP, memory_cmd_memfill },
	{ "mempattern", "MEMORY OFFSET SIZE SEED", 4, 4, COMMAND_LOOP, memory_cmd_mempattern },
	{ "memsum", "MEMORY OFFSET SIZE", 3, 3, COMMAND_LOOP, memory_cmd_memsum },
	{ "memunmap", "MEMORY [OFFSET [SIZE]]", 1, 3, COMMAND_LOOP, memory_cmd_memunmap },
	{ "memremap", "MEMORY [OFFSET [SIZE]]", 1, 3, COMMAND_LOOP, memory_cmd_memremap },
	{ "memdrop", "MEMORY [OFFSET [SIZE]]", 1, 3, COMMAND_LOOP, memory_cmd_memdrop },
	{ "memprotect", "MEMORY none|ro|rw [OFFSET [SIZE]]", 2, 4, COMMAND_LOOP,
	  memory_cmd_memprotect },
	{ "memmove", "MEMORY", 1, 1, COMMAND_LOOP, memory_cmd_memmove },
	{ "info", "BO", 1, 1, COMMAND_LOOP, bo_cmd_info },
	{ "evict", "BO", 1, 1, COMMAND_LOOP, bo_cmd_evict },
	{ "swap", "BO", 1, 1, COMMAND_LOOP, bo_cmd_swap },
	{ "restore", "BO", 1, 1, COMMAND_LOOP, bo_cmd_restore },
	{ "export", "BO NAME [ro]", 2, 3, 0, share_cmd_export },
	{ "unexport", "NAME", 1, 1, 0, share_cmd_unexport },
	{ "import", "NAME FROMCLIENT BO", 3, 3, 0, share_cmd_import },
	{ "importbuf", "NAME FROMCLIENT EXPORT", 3, 3, 0, share_cmd_importbuf },
	{ "udmabuf", "NAME SIZE", 2, 2, 0, share_cmd_udmabuf },
	{ "undumpable", "", 0, 0, 0, process_cmd_undumpable },
	{ "ptracer", "PID|any|none", 1, 1, 0, process_cmd_ptracer },
	{ "exec", "", 0, 0, COMMAND_ALONE, process_cmd_exec },
	{ "fork", "", 0, 0, COMMAND_ALONE, process_cmd_fork },
	{ "loop", "COMMAND [ARG...] [; COMMAND [ARG...]]...", 1, SHELL_ARGS_MAX,
	  COMMAND_ALONE, loop_cmd_loop },
	{ "stop", "", 0, 0, 0, loop_cmd_stop },
	{ "sleep", "MS", 1, 1, COMMAND_LOOP, process_cmd_sleep },
	{ "pid", "", 0, 0, 0, process_cmd_pid },
	{ "help", "[COMMAND]", 0, 1, 0, cmd_help },
	{ "exit", "[STATUS]", 0, 1, 0, cmd_exit },
	{ NULL, NULL, 0, 0, 0, NULL },
};

const struct command *command_find(const char *name)
{
	const struct command *c;

	for (c = commands; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

int command_run(struct shell *sh, int argc, char **argv, struct answer *a)
{
	const struct command *c = command_find(argv[0]);

	if (!c)
		return answer_error(a, EINVAL, "usage: no command %s, see help", argv[0]);
	if (argc - 1 < c->min || argc - 1 > c->max)
		return answer_error(a, EINVAL, "usage: %s %s", c->name, c->usage);
	if ((c->flags & COMMAND_ALONE) && loop_running())
		return answer_error(a, EBUSY, "a loop runs: stop it first");
	return c->run(sh, argc, argv, a);
}

int command_split(char *line, char **argv)
{
	char *save, *word;
	int argc = 0;

	for (word = strtok_r(line, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
		if (argc == SHELL_ARGS_MAX)
			return -1;
		argv[argc++] = word;
	}
	return argc;
}
