// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts of private structures, from the BTF of the running driver: they are right
 * for exactly the code that runs, whatever it was built from.
 */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#include "../btf.h"
#include "../btf_file.h"
#include "../card.h"
#include "adapter.h"

/* Resolves all members, or says which one is missing. */
static int snoop_layout_resolve(struct snoop_card *card, const struct snoop_btf *btf,
				struct snoop_adapter *adapter)
{
	const struct snoop_driver *driver = adapter->driver;
	unsigned int i;
	int ret;

	for (i = 0; i < SNOOP_MEMBERS; i++) {
		const struct snoop_member *member = &driver->members[i];

		adapter->offsets[i] = SNOOP_NO_MEMBER;
		if (!member->spec)
			continue;
		ret = snoop_btf_member(btf, member->spec, member->type, &adapter->offsets[i]);
		if (!ret)
			continue;
		adapter->offsets[i] = SNOOP_NO_MEMBER;
		if (member->optional && (ret == -ENOENT || ret == -EPROTOTYPE))
			continue;
		scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
			  "layout of %s is not as expected: %s: %pe", driver->name,
			  member->spec, ERR_PTR(ret));
		return ret;
	}
	return 0;
}

/* Does the layout suffice for the family, and for knowing a client when it sees one? */
static int snoop_layout_complete(struct snoop_card *card, const struct snoop_adapter *adapter)
{
	u64 missing = adapter->ops->needs;
	unsigned int i;

	for (i = 0; i < SNOOP_MEMBERS; i++)
		if (snoop_adapter_has(adapter, i))
			missing &= ~BIT_ULL(i);
	if (snoop_adapter_has(adapter, SNOOP_FILE_DEVICE) &&
	    !snoop_adapter_has(adapter, SNOOP_DEVICE_DRM) &&
	    !snoop_adapter_has(adapter, SNOOP_DEVICE_DRM_POINTER))
		missing |= BIT_ULL(SNOOP_DEVICE_DRM);
	if (!missing)
		return 0;
	scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
		  "layout of %s is not as expected: member %u is missing",
		  adapter->driver->name, (unsigned int)__ffs64(missing));
	return -ENOENT;
}

static int snoop_layout_parse(struct snoop_card *card, struct snoop_adapter *adapter,
			      const void *base_raw, size_t base_len,
			      const void *raw, size_t len)
{
	struct snoop_btf base, btf;
	int ret;

	ret = snoop_btf_init(&base, base_raw, base_len, NULL);
	if (ret)
		goto bad;
	ret = snoop_btf_init(&btf, raw, len, &base);
	if (ret)
		goto err_base;
	ret = snoop_layout_resolve(card, &btf, adapter);
	if (!ret)
		ret = snoop_layout_complete(card, adapter);
	snoop_btf_fini(&btf);
	snoop_btf_fini(&base);
	return ret;

err_base:
	snoop_btf_fini(&base);
bad:
	scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
		  "BTF of the kernel or of module %s cannot be used: %pe",
		  module_name(card->owner), ERR_PTR(ret));
	return ret;
}

static void snoop_layout_explain(struct snoop_card *card, const char *name, int error)
{
	scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
		  "/sys/kernel/btf/%s cannot be read: %pe", name, ERR_PTR(error));
}

/**
 * snoop_layout_read - find the members of a driver
 * @card: The card; adapter_reason is filled if there is an error.
 * @adapter: Its adapter; offsets is filled.
 *
 * Only what concerns the driver itself is final: that its layout is not as
 * expected, or that it comes without BTF. Everything else, as sysfs that is not
 * mounted yet, is -EAGAIN.
 *
 * Return: 0, -EAGAIN, -EINTR, -ENOMEM, or another error for good.
 */
int snoop_layout_read(struct snoop_card *card, struct snoop_adapter *adapter)
{
	const char *name = card->owner ? module_name(card->owner) : "vmlinux";
	void *base_raw, *raw;
	size_t base_len, len;
	int ret;

	ret = snoop_btf_file_read("vmlinux", &base_raw, &base_len);
	if (ret) {
		snoop_layout_explain(card, "vmlinux", ret);
		return ret == -EINTR || ret == -ENOMEM ? ret : -EAGAIN;
	}
	ret = snoop_btf_file_read(name, &raw, &len);
	if (ret) {
		vfree(base_raw);
		snoop_layout_explain(card, name, ret);
		return ret == -EINTR || ret == -ENOMEM || ret == -ENOENT ? ret : -EAGAIN;
	}
	ret = snoop_layout_parse(card, adapter, base_raw, base_len, raw, len);
	vfree(raw);
	vfree(base_raw);
	return ret;
}
