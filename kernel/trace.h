/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM drm_snoop

#if !defined(SNOOP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SNOOP_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

/*
 * The tracer adds the caller's pid and comm. Process ids are those of the initial
 * pid namespace; 0 is not known.
 */

TRACE_EVENT(drm_snoop_register,
	    TP_PROTO(u32 card, const char *driver, u64 client_id, pid_t opener, uid_t uid,
		     bool write, int result),
	    TP_ARGS(card, driver, client_id, opener, uid, write, result),
	    TP_STRUCT__entry(__field(u64, client_id)
			     __field(u32, card)
			     __string(driver, driver)
			     __field(pid_t, opener)
			     __field(uid_t, uid)
			     __field(bool, write)
			     __field(int, result)),
	    TP_fast_assign(__entry->client_id = client_id;
			   __entry->card = card;
			   __assign_str(driver);
			   __entry->opener = opener;
			   __entry->uid = uid;
			   __entry->write = write;
			   __entry->result = result;),
	    TP_printk("card=%u driver=%s client_id=%llu opener=%d uid=%u write=%d result=%d",
		      __entry->card, __get_str(driver), __entry->client_id, __entry->opener,
		      __entry->uid, __entry->write, __entry->result)
);

TRACE_EVENT(drm_snoop_register_mem,
	    TP_PROTO(u32 card, const char *driver, pid_t owner, uid_t uid, bool write, int result),
	    TP_ARGS(card, driver, owner, uid, write, result),
	    TP_STRUCT__entry(__field(u32, card)
			     __string(driver, driver)
			     __field(pid_t, owner)
			     __field(uid_t, uid)
			     __field(bool, write)
			     __field(int, result)),
	    TP_fast_assign(__entry->card = card;
			   __assign_str(driver);
			   __entry->owner = owner;
			   __entry->uid = uid;
			   __entry->write = write;
			   __entry->result = result;),
	    TP_printk("card=%u driver=%s owner=%d uid=%u write=%d result=%d",
		      __entry->card, __get_str(driver), __entry->owner, __entry->uid,
		      __entry->write, __entry->result)
);

TRACE_EVENT(drm_snoop_bind,
	    TP_PROTO(u32 card, const char *driver, u64 client_id, u32 what, u64 id, uid_t uid,
		     int result),
	    TP_ARGS(card, driver, client_id, what, id, uid, result),
	    TP_STRUCT__entry(__field(u64, client_id)
			     __field(u64, id)
			     __field(u32, card)
			     __string(driver, driver)
			     __field(u32, what)
			     __field(uid_t, uid)
			     __field(int, result)),
	    TP_fast_assign(__entry->client_id = client_id;
			   __entry->id = id;
			   __entry->card = card;
			   __assign_str(driver);
			   __entry->what = what;
			   __entry->uid = uid;
			   __entry->result = result;),
	    TP_printk("card=%u driver=%s client_id=%llu what=%s id=%llu uid=%u result=%d",
		      __entry->card, __get_str(driver), __entry->client_id,
		      __print_symbolic(__entry->what, { DRM_SNOOP_BIND_VM, "vm" },
				       { DRM_SNOOP_BIND_OBJECT, "object" }),
		      __entry->id, __entry->uid, __entry->result)
);

/* How much was looked at with the lock of a driver's drm_mm held. */
TRACE_EVENT(drm_snoop_nodes,
	    TP_PROTO(const char *driver, unsigned int nodes),
	    TP_ARGS(driver, nodes),
	    TP_STRUCT__entry(__string(driver, driver)
			     __field(unsigned int, nodes)),
	    TP_fast_assign(__assign_str(driver);
			   __entry->nodes = nodes;),
	    TP_printk("driver=%s nodes=%u", __get_str(driver), __entry->nodes)
);

#endif

/* Of the object files that this is part of, by the Kbuild. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
