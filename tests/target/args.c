// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

int arg_number(struct answer *a, const char *what, const char *word, uint64_t *value)
{
	int shift = 0, base = 10;
	unsigned long long n;
	const char *digits = word;
	char *end;

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
		base = 16;
		digits = word + 2;
	}
	/* strtoull() would take signs, spaces and a second 0x */
	if (base == 16 ? !isxdigit((unsigned char)*digits) : !isdigit((unsigned char)*digits))
		return answer_error(a, EINVAL, "%s: %s is no number", what, word);
	errno = 0;
	n = strtoull(digits, &end, base);
	if (errno)
		return answer_error(a, EINVAL, "%s: %s is larger than 64 bits", what, word);
	if (*end && !end[1]) {
		shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
		end += !!shift;
	}
	if (*end)
		return answer_error(a, EINVAL, "%s: %s is no number", what, word);
	if (n << shift >> shift != n)
		return answer_error(a, EINVAL, "%s: %s is larger than 64 bits", what, word);
	*value = n << shift;
	return 0;
}

int arg_new_name(struct answer *a, struct item *list, const char *word)
{
	const char *p = word;

	if (!isalpha((unsigned char)*p) && *p != '_')
		return answer_error(a, EINVAL, "%s is no name", word);
	while (isalnum((unsigned char)*p) || *p == '_')
		p++;
	if (*p || p - word > SHELL_NAME_MAX)
		return answer_error(a, EINVAL, "%s is no name", word);
	if (item_find(list, word))
		return answer_error(a, EEXIST, "%s is in use", word);
	return 0;
}

int arg_client(struct shell *sh, struct answer *a, const char *word, struct client **client)
{
	*client = (struct client *)item_find(sh->clients, word);
	if (!*client)
		return answer_error(a, ENOENT, "no client %s", word);
	return 0;
}

int arg_current(struct shell *sh, struct answer *a, struct client **client)
{
	*client = sh->current;
	if (!*client)
		return answer_error(a, ENOENT, "the current client was closed, see use");
	return 0;
}

int arg_vm(struct shell *sh, struct answer *a, const char *word, struct vm **vm)
{
	struct client *c;

	if (arg_current(sh, a, &c))
		return -1;
	*vm = (struct vm *)item_find(c->vms, word);
	if (!*vm)
		return answer_error(a, ENOENT, "client %s has no VM %s", c->item.name, word);
	return 0;
}

int arg_bo(struct shell *sh, struct answer *a, const char *word, struct bo **bo)
{
	struct client *c;

	if (arg_current(sh, a, &c))
		return -1;
	*bo = (struct bo *)item_find(c->bos, word);
	if (!*bo)
		return answer_error(a, ENOENT, "client %s has no BO %s", c->item.name, word);
	return 0;
}

int arg_part(struct answer *a, const struct bo *bo, char **words,
	     uint64_t *offset, uint64_t *size)
{
	if (arg_number(a, "OFFSET", words[0], offset) || arg_number(a, "SIZE", words[1], size))
		return -1;
	if (*offset > bo->size || *size > bo->size - *offset)
		return answer_error(a, EINVAL, "%s is only 0x%llx bytes", bo->item.name,
				    (unsigned long long)bo->size);
	return 0;
}
