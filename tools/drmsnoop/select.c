// SPDX-License-Identifier: GPL-2.0-or-later
/* Which process, client, VM or object a command works on. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "select.h"

uint64_t selection_number(const struct command *command, const char *name,
			  const char *text, uint64_t max)
{
	uint64_t value;

	switch (number_parse(text, max, &value)) {
	case -EINVAL:
		usage(command, "%s '%s' is not a number (decimal or 0x..., with K, M, G or T)",
		      name, text);
	case -ERANGE:
		usage(command, "%s %s is too large", name, text);
	}
	return value;
}

bool selection_option(struct selection *selection, int key, const char *value)
{
	const struct command *command = selection->command;

	switch (key) {
	case KEY_CARD:
		selection->card = selection_number(command, "card", value,
						   INT_MAX);
		return true;
	case KEY_CLIENT:
		selection->client = selection_number(command, "client", value,
						     UINT64_MAX);
		if (!selection->client)
			usage(command, "no client has the id 0");
		return true;
	case KEY_VM:
		selection->vm = selection_number(command, "VM", value,
						 UINT64_MAX);
		selection->has_vm = true;
		return true;
	case KEY_BO:
		selection->bo = selection_number(command, "handle", value,
						 UINT32_MAX);
		selection->has_bo = true;
		return true;
	case KEY_WRITE:
		selection->write = true;
		return true;
	}
	return false;
}

void selection_target(struct selection *selection, const char *text)
{
	const struct command *command = selection->command;

	if (!text)
		usage(command, "a process id is missing");
	if (selection->has_vm && selection->has_bo)
		usage(command, "--vm and --bo exclude each other");
	if (text[0] == '@') {
		selection->fd = selection_number(command, "descriptor",
						 text + 1, INT_MAX);
		return;
	}
	selection->pid = selection_number(command, "process id", text, INT_MAX);
	if (!selection->pid)
		usage(command, "no process has the id 0");
}

struct drmsnoop *selection_open(const struct selection *selection)
{
	struct drmsnoop *snoop;
	int ret;

	if (selection->fd >= 0)
		ret = drmsnoop_open_fd(selection->fd, &snoop);
	else
		ret = drmsnoop_open_process(selection->pid, selection->card,
					    selection->client,
					    selection->write ? DRMSNOOP_WRITE : 0,
					    &snoop);
	if (ret)
		die(selection->command, "%s", drmsnoop_error());
	return snoop;
}

/* State of the search through clients, VMs and objects. */
struct search {
	const struct selection *selection;
	struct drmsnoop *snoop;
	struct bound *bound;
	uint64_t client;
	int matches;
	char *choices;
	size_t size, len;
};

static void found(struct search *search, uint32_t what, uint64_t id)
{
	if (search->len < search->size)
		search->len += snprintf(search->choices + search->len,
					search->size - search->len,
					"%s--client %llu --%s %llu",
					search->len ? ", " : "",
					(unsigned long long)search->client,
					what == DRM_SNOOP_BIND_VM ? "vm" : "bo",
					(unsigned long long)id);
	if (search->matches++)
		return;
	search->bound->what = what;
	search->bound->client = search->client;
	search->bound->id = id;
}

static int search_vm(const struct drm_snoop_vm *vm, void *data)
{
	struct search *search = data;

	if (!search->selection->has_vm || search->selection->vm == vm->vm_id)
		found(search, DRM_SNOOP_BIND_VM, vm->vm_id);
	return 0;
}

static int search_object(const struct drm_snoop_object *object, void *data)
{
	struct search *search = data;

	if (search->selection->bo == object->handle)
		found(search, DRM_SNOOP_BIND_OBJECT, object->handle);
	return 0;
}

static int search_client(const struct drm_snoop_client *client, void *data)
{
	struct search *search = data;
	int ret;

	if (search->selection->client &&
	    search->selection->client != client->client_id)
		return 0;
	search->client = client->client_id;
	if (search->selection->has_bo)
		ret = drmsnoop_foreach_object(search->snoop, client->client_id,
					      search_object, search);
	else
		ret = drmsnoop_foreach_vm(search->snoop, client->client_id,
					  search_vm, search);
	/* A client that ended has nothing; others may have. */
	return ret == -ESRCH ? 0 : ret;
}

int selection_find(const struct selection *selection, struct drmsnoop *snoop,
		   struct bound *bound, char *choices, size_t size)
{
	struct search search = {
		.selection = selection,
		.snoop = snoop,
		.bound = bound,
		.choices = choices,
		.size = size,
	};
	int ret;

	choices[0] = '\0';
	memset(bound, 0, sizeof(*bound));
	ret = drmsnoop_foreach_registered(snoop, search_client, &search);
	if (ret)
		return ret;
	return search.matches > 2 ? 2 : search.matches;
}

void selection_bind(const struct selection *selection, struct drmsnoop *snoop,
		    struct bound *bound)
{
	if (selection->fd >= 0 && !selection->has_vm && !selection->has_bo)
		memset(bound, 0, sizeof(*bound));
	else
		selection_bind_anew(selection, snoop, bound);
}

void selection_bind_anew(const struct selection *selection,
			 struct drmsnoop *snoop, struct bound *bound)
{
	const struct command *command = selection->command;
	char choices[256];
	int ret;

	ret = selection_find(selection, snoop, bound, choices, sizeof(choices));
	if (ret < 0)
		die(command, "%s", drmsnoop_error());
	if (ret > 1)
		die(command, "there are several, choose one: %s", choices);
	if (!ret && selection->has_bo)
		die(command, "there is no object with handle %u: see drmsnoop maps --objects",
		    selection->bo);
	if (!ret && selection->has_vm)
		die(command, "there is no VM %llu: see drmsnoop maps",
		    (unsigned long long)selection->vm);
	if (!ret)
		die(command, "the process has no VM; its objects can be read with --bo: see drmsnoop maps --objects");

	if (bound->what == DRM_SNOOP_BIND_VM)
		ret = drmsnoop_bind_vm(snoop, bound->client, bound->id,
				       &bound->end);
	else
		ret = drmsnoop_bind_object(snoop, bound->client, bound->id,
					   &bound->end);
	if (ret)
		die(command, "%s", drmsnoop_error());
}
