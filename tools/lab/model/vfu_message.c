// SPDX-License-Identifier: GPL-2.0
/*
 * One vfio-user message in, one reply out. Every size in a message is
 * checked against the bytes that really came before it is used.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <unistd.h>

#include "vfu_message.h"

/* A request under work: payload, and where the reply's payload goes. */
struct request {
	struct vfu_device *d;
	struct frame *f;
	u8 *out;
	u32 out_len;
};

static const void *body(const struct request *r, size_t need)
{
	return frame_len(r->f) < need ? NULL : r->f->payload;
}

static void answer(struct request *r, const void *data, size_t len)
{
	memcpy(r->out, data, len);
	r->out_len = (u32)len;
}

/* Without it a client may send accesses of up to 1 MiB. */
#define TEXT(n)		#n
#define CAPABILITIES_OF(max) \
	"{\"capabilities\":{\"max_data_xfer_size\":" TEXT(max) "}}"
#define CAPABILITIES	CAPABILITIES_OF(VFU_MAX_IO)

static int do_version(struct request *r)
{
	static const struct {
		struct vfu_version v;
		char caps[sizeof(CAPABILITIES)];
	} reply = { { 0, 0 }, CAPABILITIES };
	const struct vfu_version *v = body(r, sizeof(*v));

	if (!v)
		return -EINVAL;
	if (v->major)
		return -ENOTSUP;
	answer(r, &reply, offsetof(struct vfu_version, caps) +
	       sizeof(reply.caps));
	return 0;
}

static int do_dma_map(struct request *r)
{
	const struct vfu_dma_map *m = body(r, sizeof(*m));
	int fd, ret;

	if (!m)
		return -EINVAL;
	fd = frame_take_fd(r->f);
	ret = guestmem_map(r->d->mem, m->iova, m->size, m->flags, fd,
			   m->offset);
	log_trace("%s: map 0x%llx+0x%llx prot %u%s: %d", r->d->name,
		  (unsigned long long)m->iova, (unsigned long long)m->size,
		  m->flags, fd < 0 ? " without file" : "", ret);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int do_dma_unmap(struct request *r)
{
	const struct vfu_dma_unmap *m = body(r, sizeof(*m));
	int ret = 0;

	if (!m)
		return -EINVAL;
	if (m->flags & VFU_UNMAP_ALL)
		guestmem_unmap_all(r->d->mem);
	else
		ret = guestmem_unmap(r->d->mem, m->iova, m->size);
	log_trace("%s: unmap 0x%llx+0x%llx: %d", r->d->name,
		  (unsigned long long)m->iova, (unsigned long long)m->size,
		  ret);
	if (!ret)
		answer(r, m, sizeof(*m));
	return ret;
}

static int do_info(struct request *r)
{
	struct vfio_device_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
		.num_regions = VFU_NUM_REGIONS,
		.num_irqs = VFU_NUM_IRQS,
	};

	answer(r, &info, offsetof(struct vfio_device_info, cap_offset));
	return 0;
}

static int do_region_info(struct request *r)
{
	const size_t len = sizeof(struct vfio_region_info);
	struct vfio_region_info info;
	const void *in = body(r, len);

	if (!in)
		return -EINVAL;
	memcpy(&info, in, len);
	if (info.index >= VFU_NUM_REGIONS)
		return -EINVAL;
	info.argsz = (u32)len;
	info.cap_offset = 0;
	info.offset = 0;
	info.size = r->d->ops->region_size(r->d->arg, info.index);
	info.flags = info.size ? VFIO_REGION_INFO_FLAG_READ |
				 VFIO_REGION_INFO_FLAG_WRITE : 0;
	answer(r, &info, len);
	return 0;
}

static int do_irq_info(struct request *r)
{
	struct vfio_irq_info info;
	const void *in = body(r, sizeof(info));

	if (!in)
		return -EINVAL;
	memcpy(&info, in, sizeof(info));
	if (info.index >= VFU_NUM_IRQS)
		return -EINVAL;
	info.argsz = sizeof(info);
	info.count = info.index < NUM_IRQ_INDEX ?
		     r->d->ops->vectors(r->d->arg, info.index) : 0;
	info.flags = info.count ? VFIO_IRQ_INFO_EVENTFD : 0;
	if (info.index == IRQ_INTX && info.count)
		info.flags |= VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	answer(r, &info, sizeof(info));
	return 0;
}

static int do_set_irqs(struct request *r)
{
	const size_t len = offsetof(struct vfio_irq_set, data);
	const struct vfio_irq_set *s = body(r, len);
	enum irq_index index;
	u32 i;

	if (!s || s->index >= VFU_NUM_IRQS)
		return -EINVAL;
	if (s->index >= NUM_IRQ_INDEX)
		return s->count ? -EINVAL : 0;
	index = s->index;
	/* INTx masking: nothing here ever asserts INTx */
	if (!(s->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return 0;
	if (!s->count) {
		if (!(s->flags & VFIO_IRQ_SET_DATA_NONE))
			return -EINVAL;
		irqset_clear_index(r->d->irqs, index);
		r->d->ops->irqs_changed(r->d->arg, index, 0, IRQ_MAX_VECTORS);
		return 0;
	}
	if (s->start >= IRQ_MAX_VECTORS ||
	    s->count > IRQ_MAX_VECTORS - s->start)
		return -EINVAL;
	if (s->flags & VFIO_IRQ_SET_DATA_NONE) {
		for (i = 0; i < s->count; i++)
			irqset_fire(r->d->irqs, index, s->start + i);
		return 0;
	}
	/* no descriptor at all: these vectors are disconnected */
	if (!(s->flags & VFIO_IRQ_SET_DATA_EVENTFD) ||
	    (r->f->nfds && r->f->nfds != s->count))
		return -EINVAL;
	for (i = 0; i < s->count; i++)
		irqset_set(r->d->irqs, index, s->start + i,
			   frame_take_fd(r->f));
	r->d->ops->irqs_changed(r->d->arg, index, s->start, s->count);
	return 0;
}

/* The access's struct if it is one. */
static const struct vfu_region_rw *region_access(const struct request *r)
{
	const struct vfu_region_rw *rw = body(r, sizeof(*rw));

	if (!rw || rw->region >= VFU_NUM_REGIONS || !rw->count ||
	    rw->count > VFU_MAX_IO)
		return NULL;
	return rw;
}

/*
 * The machine learnt the regions' sizes when it found the device. The other
 * machine may have changed them since, so an access outside is no error of
 * the protocol: nothing answers it.
 */
static bool in_region(const struct request *r, const struct vfu_region_rw *rw)
{
	u64 size = r->d->ops->region_size(r->d->arg, rw->region);

	return rw->offset <= size && rw->count <= size - rw->offset;
}

static int do_region_read(struct request *r)
{
	const struct vfu_region_rw *rw = region_access(r);
	u8 *data = r->out + sizeof(*rw);

	if (!rw)
		return -EINVAL;
	answer(r, rw, sizeof(*rw));
	r->out_len += rw->count;
	if (in_region(r, rw))
		r->d->ops->read(r->d->arg, rw->region, rw->offset, data,
				rw->count);
	else
		memset(data, 0xff, rw->count);
	return 0;
}

static int do_region_write(struct request *r)
{
	const struct vfu_region_rw *rw = region_access(r);

	if (!rw || frame_len(r->f) < sizeof(*rw) + rw->count)
		return -EINVAL;
	if (in_region(r, rw))
		r->d->ops->write(r->d->arg, rw->region, rw->offset, rw->data,
				 rw->count);
	answer(r, rw, sizeof(*rw));
	return 0;
}

static int do_reset(struct request *r)
{
	r->d->ops->reset(r->d->arg);
	return 0;
}

static int (* const handlers[])(struct request *r) = {
	[VFU_VERSION] = do_version,
	[VFU_DMA_MAP] = do_dma_map,
	[VFU_DMA_UNMAP] = do_dma_unmap,
	[VFU_DEVICE_GET_INFO] = do_info,
	[VFU_DEVICE_GET_REGION_INFO] = do_region_info,
	[VFU_DEVICE_GET_IRQ_INFO] = do_irq_info,
	[VFU_DEVICE_SET_IRQS] = do_set_irqs,
	[VFU_REGION_READ] = do_region_read,
	[VFU_REGION_WRITE] = do_region_write,
	[VFU_DEVICE_RESET] = do_reset,
};

size_t vfu_message(struct vfu_device *d, struct frame *f, u8 *reply)
{
	struct vfu_header head = {
		.id = f->hdr.id,
		.command = f->hdr.command,
		.flags = VFU_FLAG_REPLY,
	};
	struct request r = {
		.d = d,
		.f = f,
		.out = reply + sizeof(head),
	};
	int ret = -ENOTSUP;

	/* we send no commands, so a reply answers nothing */
	if (f->hdr.flags & VFU_FLAG_TYPE)
		return 0;
	if (f->hdr.command < ARRAY_SIZE(handlers) && handlers[f->hdr.command])
		ret = handlers[f->hdr.command](&r);
	if (ret) {
		log_limited(&d->refusals, "%s: command %u refused: %s",
			    d->name, f->hdr.command, strerror(-ret));
		head.flags |= VFU_FLAG_ERROR;
		head.error = (u32)-ret;
		r.out_len = 0;
	}
	if (f->hdr.flags & VFU_FLAG_NO_REPLY)
		return 0;
	head.size = (u32)sizeof(head) + r.out_len;
	memcpy(reply, &head, sizeof(head));
	return head.size;
}
