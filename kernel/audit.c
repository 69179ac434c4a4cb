// SPDX-License-Identifier: GPL-2.0-only
/*
 * Audit: who looks at whom, as trace events and in the kernel's log.
 *
 * The events are complete; the log is limited, because any user who can open a
 * node can register as often as the user likes. What others call themselves
 * cannot spoil a line.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cred.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string_helpers.h>
#include <linux/uidgid.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include <uapi/drm/drm_snoop.h>

#include "audit.h"
#include "card.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static bool audit_log = true;
module_param(audit_log, bool, 0644);
MODULE_PARM_DESC(audit_log, "Log registrations (default: Y)");

/* At most so many lines in an interval; the kernel counts what is missing. */
#define SNOOP_LOG_BURST		10
#define SNOOP_LOG_INTERVAL	(5 * HZ)

static DEFINE_RATELIMIT_STATE(audit_limit, SNOOP_LOG_INTERVAL, SNOOP_LOG_BURST);

/**
 * struct snoop_party - a process in a line of the log
 * @pid: Its id in the initial pid namespace; 0: not known.
 * @name: Its name, escaped; empty: it has ended.
 */
struct snoop_party {
	pid_t pid;
	char name[TASK_COMM_LEN * 4];
};

static void snoop_party_name(struct snoop_party *party, struct task_struct *task)
{
	char comm[TASK_COMM_LEN];
	int len;

	get_task_comm(comm, task);
	/* Nothing but printable ASCII, and no end of the quotation marks. */
	len = string_escape_mem(comm, strlen(comm), party->name, sizeof(party->name) - 1,
				ESCAPE_HEX | ESCAPE_NAP | ESCAPE_APPEND, "\"\\");
	party->name[len] = '\0';
}

static void snoop_party_current(struct snoop_party *party)
{
	party->pid = task_tgid_nr(current);
	snoop_party_name(party, current);
}

/*
 * Who opened the client, as the DRM core has it: that can be wrong by now, since
 * descriptors are passed on and processes end (drm_file_update_pid(), 6.12).
 */
static void snoop_party_opener(struct snoop_party *party, const struct drm_file *client)
{
	struct task_struct *task;
	struct pid *pid;

	guard(rcu)();
	pid = rcu_dereference(client->pid);
	party->pid = pid_nr(pid);
	task = pid_task(pid, PIDTYPE_TGID);
	if (task)
		snoop_party_name(party, task);
}

/* Whose memory it is; the kernel keeps that for memory control groups only. */
static void snoop_party_owner(struct snoop_party *party, const struct mm_struct *mm)
{
#ifdef CONFIG_MEMCG
	struct task_struct *task;

	guard(rcu)();
	task = rcu_dereference(mm->owner);
	if (task) {
		party->pid = task_tgid_nr(task);
		snoop_party_name(party, task);
	}
#endif
}

static uid_t snoop_uid(void)
{
	return from_kuid(&init_user_ns, current_uid());
}

static u32 snoop_card_number(const struct snoop_card *card)
{
	return card->drm->primary->index;
}

static bool snoop_log_wanted(int result)
{
	return !result && READ_ONCE(audit_log) &&
	       ___ratelimit(&audit_limit, "drm_snoop: registrations");
}

static void snoop_log(const struct snoop_card *card, const char *what,
		      const struct snoop_party *target, bool write)
{
	struct snoop_party caller;

	snoop_party_current(&caller);
	pr_info("\"%s\" (pid %d, uid %u) registered %s \"%s\" (pid %d) on card%u (%s)%s\n",
		caller.name, caller.pid, snoop_uid(), what, target->name, target->pid,
		snoop_card_number(card), card->drm->driver->name, write ? ", to write" : "");
}

/**
 * snoop_audit_register - a client was registered, or was not
 * @card: The card.
 * @client: The client; NULL: it is not known, as the request was refused before.
 * @write: Writing was asked for.
 * @result: 0 or the error.
 */
void snoop_audit_register(const struct snoop_card *card, const struct drm_file *client,
			  bool write, int result)
{
	struct snoop_party opener = {};
	char what[sizeof("client 18446744073709551615, opened by")];

	if (client)
		snoop_party_opener(&opener, client);
	trace_drm_snoop_register(snoop_card_number(card), card->drm->driver->name,
				 client ? client->client_id : 0, opener.pid, snoop_uid(), write,
				 result);
	if (!snoop_log_wanted(result))
		return;
	snprintf(what, sizeof(what), "client %llu, opened by", client->client_id);
	snoop_log(card, what, &opener, write);
}

/**
 * snoop_audit_register_mem - a process's memory was registered, or was not
 * @card: The card.
 * @mm: The memory; NULL: it is not known, as the request was refused before.
 * @write: Writing was asked for.
 * @result: 0 or the error.
 */
void snoop_audit_register_mem(const struct snoop_card *card, const struct mm_struct *mm,
			      bool write, int result)
{
	struct snoop_party owner = {};

	if (mm)
		snoop_party_owner(&owner, mm);
	trace_drm_snoop_register_mem(snoop_card_number(card), card->drm->driver->name, owner.pid,
				     snoop_uid(), write, result);
	if (snoop_log_wanted(result))
		snoop_log(card, "the memory of", &owner, write);
}

/**
 * snoop_audit_bind - a file was bound, or was not
 * @card: The card.
 * @bind: Request.
 * @result: 0 or the error.
 */
void snoop_audit_bind(const struct snoop_card *card, const struct drm_snoop_bind *bind,
		      int result)
{
	trace_drm_snoop_bind(snoop_card_number(card), card->drm->driver->name, bind->client_id,
			     bind->what, bind->id, snoop_uid(), result);
}
