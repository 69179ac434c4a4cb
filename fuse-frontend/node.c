// SPDX-License-Identifier: GPL-2.0-or-later
#include "node.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "process.h"

#define FIRST_BUCKETS	64

/* The finaliser of splitmix64: spreads every bit over all of them. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

uint64_t node_ino(const struct node *parent, const struct node_id *id)
{
	uint64_t ino = parent->ino;

	ino = mix(ino + id->kind + 1);
	ino = mix(ino + id->a);
	ino = mix(ino + id->b);
	return ino < 2 ? ino + 2 : ino;
}

static bool same_id(const struct node_id *x, const struct node_id *y)
{
	return x->kind == y->kind && x->a == y->a && x->b == y->b;
}

int node_table_init(struct node_table *table)
{
	*table = (struct node_table) {
		.bucket_count = FIRST_BUCKETS,
		.root = { .id.kind = NODE_ROOT, .ino = 1, .lookups = 1 },
	};
	table->buckets = calloc(table->bucket_count, sizeof(*table->buckets));
	if (!table->buckets)
		return -ENOMEM;
	pthread_mutex_init(&table->lock, NULL);
	return 0;
}

static void node_free(struct node *node)
{
	process_close(node->process);
	free(node);
}

void node_table_destroy(struct node_table *table)
{
	for (size_t i = 0; i < table->bucket_count; i++) {
		struct node *next;

		for (struct node *node = table->buckets[i]; node; node = next) {
			next = node->next;
			node_free(node);
		}
	}
	free(table->buckets);
	pthread_mutex_destroy(&table->lock);
}

size_t node_count(struct node_table *table)
{
	size_t count;

	pthread_mutex_lock(&table->lock);
	count = table->count;
	pthread_mutex_unlock(&table->lock);
	return count;
}

static struct node **bucket_of(struct node_table *table, uint64_t ino)
{
	return &table->buckets[ino & (table->bucket_count - 1)];
}

/* Doubles the buckets; without memory the chains just get longer. */
static void grow(struct node_table *table)
{
	struct node **old = table->buckets;
	size_t old_count = table->bucket_count;
	struct node **buckets = calloc(old_count * 2, sizeof(*buckets));

	if (!buckets)
		return;
	table->buckets = buckets;
	table->bucket_count = old_count * 2;
	for (size_t i = 0; i < old_count; i++) {
		struct node *next;

		for (struct node *node = old[i]; node; node = next) {
			struct node **bucket = bucket_of(table, node->ino);

			next = node->next;
			node->next = *bucket;
			*bucket = node;
		}
	}
	free(old);
}

static struct node *find(struct node_table *table, const struct node *parent,
			 const struct node_id *id, uint64_t ino)
{
	for (struct node *node = *bucket_of(table, ino); node; node = node->next) {
		if (node->parent == parent && same_id(&node->id, id))
			return node;
	}
	return NULL;
}

int node_lookup(struct node_table *table, struct node *parent,
		const struct node_id *id, struct process *process,
		struct node **node)
{
	uint64_t ino = node_ino(parent, id);
	struct node *fresh = malloc(sizeof(*fresh));
	struct node *found;

	if (!fresh) {
		process_close(process);
		return -ENOMEM;
	}
	*fresh = (struct node) {
		.id = *id,
		.ino = ino,
		.parent = parent,
		.process = process,
		.lookups = 1,
	};
	pthread_mutex_lock(&table->lock);
	found = find(table, parent, id, ino);
	if (found) {
		found->lookups++;
	} else {
		struct node **bucket;

		if (table->count >= table->bucket_count)
			grow(table);
		bucket = bucket_of(table, ino);
		fresh->next = *bucket;
		*bucket = fresh;
		table->count++;
		parent->children++;
	}
	pthread_mutex_unlock(&table->lock);

	if (found)
		node_free(fresh);
	*node = found ? found : fresh;
	return 0;
}

static void unhash(struct node_table *table, struct node *node)
{
	struct node **link = bucket_of(table, node->ino);

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	table->count--;
}

void node_forget(struct node_table *table, struct node *node,
		 uint64_t lookups)
{
	struct node *dead = NULL;

	if (!node->parent)
		return;
	pthread_mutex_lock(&table->lock);
	assert(lookups <= node->lookups);
	node->lookups -= lookups;
	/* A parent can outlive its own last lookup by its children only. */
	while (node->parent && !node->lookups && !node->children) {
		struct node *parent = node->parent;

		unhash(table, node);
		parent->children--;
		node->next = dead;
		dead = node;
		node = parent;
	}
	pthread_mutex_unlock(&table->lock);

	while (dead) {
		node = dead;
		dead = node->next;
		node_free(node);
	}
}

const struct node *node_ancestor(const struct node *node, enum node_kind kind)
{
	while (node && node->id.kind != kind)
		node = node->parent;
	return node;
}
