/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GPUSIM_SH_SHELL_H_
#define _GPUSIM_SH_SHELL_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SHELL_NAME_MAX	31	/* bytes of a name */
#define SHELL_ARGS_MAX	64	/* words of a command */
#define SHELL_LINE_MAX	1024	/* bytes of a line, and of an answer */

/* The page of each VM where "sum" puts its result while it runs */
#define SHELL_RESULT_VA	0x6a6a6a6a6000ull

/**
 * struct item - what all named things begin with
 *
 * Names are unique in their list.
 */
struct item {
	struct item *next;
	char name[SHELL_NAME_MAX + 1];
};

struct vm {
	struct item item;
	uint32_t id;
};

struct bo {
	struct item item;
	uint32_t handle;
	uint64_t size;
};

/* Memory of the process */
struct memory {
	struct item item;
	void *map;
	uint64_t size;
};

/* A dma-buf that "export" made */
struct export {
	struct item item;
	int fd;
};

/* Work of the engine that nobody waits for so far; named by its number */
struct job {
	struct item item;
	int fd;			/* sync file */
};

/* One DRM descriptor and what was made through it */
struct client {
	struct item item;
	int fd;
	uint64_t id;		/* drm-client-id */
	struct item *vms, *bos, *exports;
};

/**
 * struct shell - everything
 *
 * Commands run one at a time: the caller of command_run() holds the gate
 * (loop.c).
 */
struct shell {
	struct item *clients;
	struct item *memories;
	struct client *current;	/* NULL when it was closed */
	struct item *jobs;
	unsigned int last_job;
	char render[64], primary[64];	/* the card's nodes */
	bool use_primary;
	uint64_t page_size;
	bool exiting;
	int status;
};

/**
 * struct answer - the line that a command is answered by
 * @error: 0 for "ok", an errno otherwise
 * @text: what follows; no newline
 */
struct answer {
	int error;
	char text[SHELL_LINE_MAX];
};

#define COMMAND_LOOP	1u	/* may be repeated by "loop" */
#define COMMAND_ALONE	2u	/* not while a loop runs */

/**
 * struct command - one command
 * @name: first word
 * @usage: the words after it, as documented
 * @min: fewest words after the name
 * @max: most words after the name
 * @flags: COMMAND_*
 * @run: answers by answer_ok() or answer_error(), whose value it returns. On
 *	error nothing has changed
 */
struct command {
	const char *name, *usage;
	int min, max;
	unsigned int flags;
	int (*run)(struct shell *sh, int argc, char **argv, struct answer *a);
};

/* Return: 0 */
int answer_ok(struct answer *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Return: -1; @error is positive */
int answer_error(struct answer *a, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Writes "ok ..." or "error ERRNO-NAME ..." and a newline */
void answer_write(const struct answer *a);

/* args.c. All return 0, or -1 with the error in @a; @what names the argument */
int arg_number(struct answer *a, const char *what, const char *word, uint64_t *value);
int arg_new_name(struct answer *a, struct item *list, const char *word);
int arg_client(struct shell *sh, struct answer *a, const char *word, struct client **client);
int arg_vm(struct shell *sh, struct answer *a, const char *word, struct vm **vm);
int arg_bo(struct shell *sh, struct answer *a, const char *word, struct bo **bo);
/* @offset and @size of a part of @bo, checked */
int arg_part(struct answer *a, const struct bo *bo, char **words,
	     uint64_t *offset, uint64_t *size);
/* The current client; ENOENT if it was closed */
int arg_current(struct shell *sh, struct answer *a, struct client **client);

/* items.c */
struct item *item_find(struct item *list, const char *name);
/* Return: new zeroed item of @size bytes at the end of @list; ends the program
 * when there is no memory
 */
void *item_add(struct item **list, const char *name, size_t size);
void item_drop(struct item **list, void *item);

/* commands.c */
extern const struct command commands[];
const struct command *command_find(const char *name);
int command_run(struct shell *sh, int argc, char **argv, struct answer *a);
/* Splits @line in place. Return: words, -1 if there are too many */
int command_split(char *line, char **argv);

/* client.c */
int client_find_card(struct shell *sh, const char *path, struct answer *a);
int client_open(struct shell *sh, const char *name, bool primary, struct answer *a);
int client_cmd_open(struct shell *sh, int argc, char **argv, struct answer *a);
int client_cmd_use(struct shell *sh, int argc, char **argv, struct answer *a);
int client_cmd_closefd(struct shell *sh, int argc, char **argv, struct answer *a);
int client_cmd_client(struct shell *sh, int argc, char **argv, struct answer *a);

/* vm.c */
/* One VM_BIND. Return: 0 or an errno; @handle 0 unmaps */
int vm_bind(const struct client *c, const struct vm *vm, uint64_t addr, uint64_t range,
	    uint32_t handle, uint64_t offset);
/* The same with a DRM_GPUSIM_BIND_ operation and flags */
int vm_bind_op(const struct client *c, const struct vm *vm, uint32_t op, uint32_t flags,
	       uint64_t addr, uint64_t range, uint32_t handle, uint64_t offset);
/* Whether the page that "sum" needs stays free. Return: 0, or -1 with the error in @a */
int vm_check_free(const struct shell *sh, struct answer *a, uint64_t addr, uint64_t range);
int vm_cmd_vm(struct shell *sh, int argc, char **argv, struct answer *a);
int vm_cmd_vmdestroy(struct shell *sh, int argc, char **argv, struct answer *a);
int vm_cmd_bind(struct shell *sh, int argc, char **argv, struct answer *a);
int vm_cmd_unbind(struct shell *sh, int argc, char **argv, struct answer *a);
int vm_cmd_sparse(struct shell *sh, int argc, char **argv, struct answer *a);
int vm_cmd_bindmany(struct shell *sh, int argc, char **argv, struct answer *a);

/* bo.c */
/* Return: 0 or an errno */
int bo_create(const struct client *c, uint64_t size, uint32_t placement,
	      uint32_t vm_id, uint32_t *handle);
int bo_close(const struct client *c, uint32_t handle);
/* Maps a whole BO. Return: 0 or an errno; munmap() it */
int bo_map(const struct client *c, uint32_t handle, uint64_t size, void **map);
int bo_cmd_bo(struct shell *sh, int argc, char **argv, struct answer *a);
int bo_cmd_close(struct shell *sh, int argc, char **argv, struct answer *a);
int bo_cmd_info(struct shell *sh, int argc, char **argv, struct answer *a);
int bo_cmd_evict(struct shell *sh, int argc, char **argv, struct answer *a);
int bo_cmd_swap(struct shell *sh, int argc, char **argv, struct answer *a);
int bo_cmd_restore(struct shell *sh, int argc, char **argv, struct answer *a);

/* cpu.c */
int cpu_cmd_cpufill(struct shell *sh, int argc, char **argv, struct answer *a);
int cpu_cmd_pattern(struct shell *sh, int argc, char **argv, struct answer *a);
int cpu_cmd_cpusum(struct shell *sh, int argc, char **argv, struct answer *a);

/* What cpufill and pattern write, to @p; @from is the offset of @p in its object */
void cpu_fill(uint8_t *p, uint64_t size, uint64_t value);
void cpu_pattern(uint8_t *p, uint64_t from, uint64_t size, uint64_t seed);

/* memory.c */
int memory_cmd_memory(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_userptr(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_memfill(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_mempattern(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_memsum(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_memunmap(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_memremap(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_memdrop(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_memprotect(struct shell *sh, int argc, char **argv, struct answer *a);
int memory_cmd_memmove(struct shell *sh, int argc, char **argv, struct answer *a);

/* share.c */
int share_cmd_export(struct shell *sh, int argc, char **argv, struct answer *a);
int share_cmd_unexport(struct shell *sh, int argc, char **argv, struct answer *a);
int share_cmd_import(struct shell *sh, int argc, char **argv, struct answer *a);
int share_cmd_importbuf(struct shell *sh, int argc, char **argv, struct answer *a);
int share_cmd_udmabuf(struct shell *sh, int argc, char **argv, struct answer *a);

/* engine.c */
/* fill, copy, add: waits */
int engine_cmd_run(struct shell *sh, int argc, char **argv, struct answer *a);
/* spin, hang: answers with the job */
int engine_cmd_start(struct shell *sh, int argc, char **argv, struct answer *a);
int engine_cmd_queue(struct shell *sh, int argc, char **argv, struct answer *a);
int engine_cmd_state(struct shell *sh, int argc, char **argv, struct answer *a);
int engine_cmd_sum(struct shell *sh, int argc, char **argv, struct answer *a);

/* job.c */
/* Whether there is room for one more job. Return: 0, -1 with the error in @a */
int job_check(const struct shell *sh, struct answer *a);
/* Keeps a sync file and answers with the job's number. Return: 0 */
int job_add(struct shell *sh, int fd, struct answer *a);
int job_cmd_wait(struct shell *sh, int argc, char **argv, struct answer *a);

/* process.c */
/* Ends what "fork" left; when standard input is at its end */
void process_reap(void);
int process_cmd_pid(struct shell *sh, int argc, char **argv, struct answer *a);
int process_cmd_sleep(struct shell *sh, int argc, char **argv, struct answer *a);
int process_cmd_undumpable(struct shell *sh, int argc, char **argv, struct answer *a);
int process_cmd_ptracer(struct shell *sh, int argc, char **argv, struct answer *a);
int process_cmd_exec(struct shell *sh, int argc, char **argv, struct answer *a);
int process_cmd_fork(struct shell *sh, int argc, char **argv, struct answer *a);

/* state.c: what survives "exec" */
/* Return: descriptor of a file with the state, -1 with errno */
int state_save(const struct shell *sh);
/* Return: 0, -1 if @fd holds no state; closes @fd */
int state_load(struct shell *sh, int fd);

/* loop.c */
void loop_enter(void);	/* takes the gate, before a waiting loop does */
void loop_leave(void);
bool loop_running(void);
int loop_cmd_loop(struct shell *sh, int argc, char **argv, struct answer *a);
int loop_cmd_stop(struct shell *sh, int argc, char **argv, struct answer *a);

#endif
