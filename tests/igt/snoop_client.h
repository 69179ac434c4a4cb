/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of drm_snoop start from: a client of gpusim (gpusim_client.h),
 * of which BO is bound at SNOOP_ADDR in VM, and a snoop file of its card.
 */
#ifndef SNOOP_CLIENT_H
#define SNOOP_CLIENT_H

#include <stdint.h>

#include <drm/drm_snoop.h>

#define SNOOP_ADDR	0x200000ull
#define NO_CLIENT	(~0ull - 1)

struct snoop_client {
	int drm;
	int snoop;
	uint64_t id;		/* 0 until it is registered */
};

/* The snoop node of the first card of a driver, or -1. */
int snoop_node_open(const char *driver);
/* A new client and a new snoop file; the latter knows no client. */
struct snoop_client snoop_client_open(void);
void snoop_client_register(struct snoop_client *c);
void snoop_client_bind(const struct snoop_client *c);
void snoop_client_close(const struct snoop_client *c);

#endif
