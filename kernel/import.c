// SPDX-License-Identifier: GPL-2.0-only
/*
 * Imported objects: their memory is the exporter's.
 *
 * Most dma-bufs are exported by GEM, and then the exporter's object is reached as
 * any other. Of the rest only the dma-buf's own vmap is known; it keeps the
 * exporter's pages in memory while it is used.
 */

#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/fs.h>

#include <drm/drm_device.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "adapters/adapter.h"
#include "card.h"
#include "dmabuf.h"
#include "import.h"
#include "object.h"

static struct dma_buf *snoop_import_buf(const struct drm_gem_object *obj)
{
	return obj->import_attach->dmabuf;
}

/*
 * The exporter's object, kept by the dma-buf, which the importing object keeps.
 * Whoever uses this release function has a GEM object as priv
 * (drm_gem_dmabuf_release(), 6.12).
 */
static struct drm_gem_object *snoop_import_exporter(const struct dma_buf *buf)
{
	struct drm_gem_object *obj;

	if (buf->ops->release != drm_gem_dmabuf_release)
		return NULL;
	obj = buf->priv;
	/* The helpers hand on the first dma-buf instead of exporting imports. */
	return obj->import_attach ? NULL : obj;
}

static bool snoop_import_is_writable(const struct dma_buf *buf)
{
	return buf->file->f_mode & FMODE_WRITE;
}

/**
 * snoop_import_may_write - may the memory of an object be written?
 * @obj: The object, imported or not.
 *
 * Return: false for a dma-buf that was shared for reading only.
 */
bool snoop_import_may_write(const struct drm_gem_object *obj)
{
	return !obj->import_attach || snoop_import_is_writable(snoop_import_buf(obj));
}

/* Of a GEM exporter; nothing is known when its device is gone. */
static void snoop_import_status_gem(struct drm_gem_object *exporter,
				    struct snoop_object_state *state)
{
	int card_index, drm_index;
	struct snoop_card *card;

	state->error = -ENODEV;
	card = snoop_card_find(exporter->dev);
	if (!card)
		return;
	if (snoop_card_enter(card, &card_index, &drm_index)) {
		snoop_memory_status(exporter, state);
		state->error = snoop_content_check(card, exporter) ?: state->error;
		snoop_card_exit(card, card_index, drm_index);
	}
	put_device(&card->dev);
}

/**
 * snoop_import_status - where an imported object is
 * @obj: The object.
 * @state: As of snoop_memory_status(); READ_ONLY is added.
 */
void snoop_import_status(struct drm_gem_object *obj, struct snoop_object_state *state)
{
	const struct dma_buf *buf = snoop_import_buf(obj);
	struct drm_gem_object *exporter = snoop_import_exporter(buf);

	if (!snoop_import_is_writable(buf))
		state->flags |= DRM_SNOOP_READ_ONLY;
	if (exporter) {
		snoop_import_status_gem(exporter, state);
	} else {
		state->path = DRM_SNOOP_PATH_DMABUF;
		state->error = snoop_dmabuf_check(buf, obj->dev->dev);
	}
}

/**
 * snoop_import_memory - the object whose memory an imported object is
 * @obj: The object, imported or not.
 *
 * Return: the exporter's object, which @obj keeps, or @obj itself; NULL for a
 * dma-buf that is not GEM's.
 */
struct drm_gem_object *snoop_import_memory(struct drm_gem_object *obj)
{
	return obj->import_attach ? snoop_import_exporter(snoop_import_buf(obj)) : obj;
}

/* Through the object of a GEM exporter, whose device must stay meanwhile. */
static int snoop_import_access_gem(const struct snoop_access *access,
				   struct drm_gem_object *exporter, u64 offset, void *buf,
				   size_t len, bool write)
{
	int card_index, drm_index, ret;
	struct snoop_card *card;

	card = snoop_card_find(exporter->dev);
	if (!card)
		return -ENODEV;
	ret = -ENODEV;
	if (snoop_card_enter(card, &card_index, &drm_index)) {
		ret = snoop_content_check(card, exporter) ?:
		      snoop_memory_access(access, exporter, offset, buf, len, write);
		snoop_card_exit(card, card_index, drm_index);
	}
	put_device(&card->dev);
	return ret;
}

/**
 * snoop_import_access - copy content out of an imported object, or into it
 * @access: The access that it belongs to.
 * @obj: The importing object.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes.
 * @write: Into the object.
 *
 * Return: as snoop_object_access().
 */
int snoop_import_access(const struct snoop_access *access, struct drm_gem_object *obj,
			u64 offset, void *buf, size_t len, bool write)
{
	struct dma_buf *dmabuf = snoop_import_buf(obj);
	struct drm_gem_object *exporter = snoop_import_exporter(dmabuf);
	u64 size = exporter ? exporter->size : dmabuf->size;

	if (write && !snoop_import_is_writable(dmabuf))
		return -EACCES;
	/* An importer may round sizes up. */
	if (offset > size || len > size - offset)
		return -ENODATA;
	if (exporter)
		return snoop_import_access_gem(access, exporter, offset, buf, len, write);
	return snoop_dmabuf_access(access, dmabuf, obj->dev->dev, offset, buf, len, write);
}

