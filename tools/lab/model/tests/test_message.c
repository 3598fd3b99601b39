// SPDX-License-Identifier: GPL-2.0
/* vfio-user messages, one at a time, on a device of the test's own. */
#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"
#include "vfu_message.h"

#define SIZE 64

struct dev {
	u8 mem[SIZE];
	unsigned int resets;
	unsigned int start, count;
};

static u64 dev_size(void *dev, unsigned int region)
{
	(void)dev;
	return region == 0 || region == VFU_REGION_CONFIG ? SIZE : 0;
}

static void dev_read(void *dev, unsigned int region, u64 off, void *buf,
		     u32 len)
{
	(void)region;
	memcpy(buf, ((struct dev *)dev)->mem + off, len);
}

static void dev_write(void *dev, unsigned int region, u64 off, const void *buf,
		      u32 len)
{
	(void)region;
	memcpy(((struct dev *)dev)->mem + off, buf, len);
}

static unsigned int dev_vectors(void *dev, enum irq_index index)
{
	(void)dev;
	return index == IRQ_MSI ? 4 : 0;
}

static void dev_irqs(void *dev, enum irq_index index, unsigned int start,
		     unsigned int count)
{
	(void)index;
	((struct dev *)dev)->start = start;
	((struct dev *)dev)->count = count;
}

static void dev_reset(void *dev)
{
	((struct dev *)dev)->resets++;
}

static const struct vfu_ops ops = {
	.region_size = dev_size,
	.read = dev_read,
	.write = dev_write,
	.vectors = dev_vectors,
	.irqs_changed = dev_irqs,
	.reset = dev_reset,
};

static struct {
	struct vfu_device v;
	struct dev dev;
	struct guestmem mem;
	struct irqset irqs;
	struct frame f;
	u8 reply[sizeof(struct vfu_header) + VFU_MAX_PAYLOAD];
	size_t len;
} t;

static void start(void)
{
	memset(&t, 0, sizeof(t));
	irqset_init(&t.irqs);
	t.v.ops = &ops;
	t.v.arg = &t.dev;
	t.v.mem = &t.mem;
	t.v.irqs = &t.irqs;
	t.v.name = "test";
}

static void end(void)
{
	guestmem_unmap_all(&t.mem);
	irqset_clear(&t.irqs);
	frame_reset(&t.f);
}

/* Send; the answer's error, 0 for success. Takes over descriptors. */
static int send(u16 command, const void *payload, u32 len, const int *fd,
		unsigned int nfds)
{
	struct vfu_header h;
	unsigned int i;

	t.f.hdr = (struct vfu_header) {
		.id = 77,
		.command = command,
		.size = (u32)sizeof(t.f.hdr) + len,
		.flags = t.f.hdr.flags,
	};
	memset(t.f.payload, 0xee, sizeof(t.f.payload));
	if (len)
		memcpy(t.f.payload, payload, len);
	for (i = 0; i < nfds; i++)
		t.f.fd[i] = fd[i];
	t.f.nfds = nfds;
	t.len = vfu_message(&t.v, &t.f, t.reply);
	frame_reset(&t.f);
	if (!t.len)
		return 0;
	memcpy(&h, t.reply, sizeof(h));
	CHECK_EQ(h.size, t.len);
	CHECK_EQ(h.id, 77);
	CHECK_EQ(h.command, command);
	CHECK_EQ(h.flags & VFU_FLAG_TYPE, VFU_FLAG_REPLY);
	CHECK_EQ(!!(h.flags & VFU_FLAG_ERROR), !!h.error);
	return (int)h.error;
}

static const void *body(void)
{
	return t.reply + sizeof(struct vfu_header);
}

TEST(message_version)
{
	const u8 v[] = { 0, 0, 1, 0, '{', '}', 0 };
	const u8 future[] = { 1, 0, 0, 0, '{', '}', 0 };
	const char caps[] = "{\"capabilities\":{\"max_data_xfer_size\":4096}}";

	start();
	CHECK_EQ(send(VFU_VERSION, v, sizeof(v), NULL, 0), 0);
	/* the client must not send more than a frame holds */
	CHECK_EQ(VFU_MAX_IO, 4096);
	CHECK(!strcmp((const char *)body() + 4, caps));
	CHECK_EQ(t.len, 16 + 4 + sizeof(caps));
	CHECK_EQ(send(VFU_VERSION, future, sizeof(future), NULL, 0), ENOTSUP);
	CHECK_EQ(send(VFU_VERSION, v, 3, NULL, 0), EINVAL);
	end();
}

TEST(message_unknown)
{
	start();
	CHECK_EQ(send(0, NULL, 0, NULL, 0), ENOTSUP);
	CHECK_EQ(send(VFU_DMA_READ, NULL, 0, NULL, 0), ENOTSUP);
	CHECK_EQ(send(0xffff, NULL, 0, NULL, 0), ENOTSUP);
	/* a reply to nothing is not answered */
	t.f.hdr.flags = VFU_FLAG_REPLY;
	CHECK_EQ(send(VFU_VERSION, NULL, 0, NULL, 0), 0);
	CHECK_EQ(t.len, 0);
	end();
}

TEST(message_info)
{
	struct vfio_region_info ri = { .argsz = sizeof(ri) };
	struct vfio_irq_info ii = { .argsz = sizeof(ii), .index = IRQ_MSI };
	struct vfio_device_info di;

	start();
	CHECK_EQ(send(VFU_DEVICE_GET_INFO, NULL, 0, NULL, 0), 0);
	memcpy(&di, body(), 16);
	CHECK_EQ(di.num_regions, VFU_NUM_REGIONS);
	CHECK_EQ(di.flags, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);

	CHECK_EQ(send(VFU_DEVICE_GET_REGION_INFO, &ri, sizeof(ri), NULL, 0), 0);
	memcpy(&ri, body(), sizeof(ri));
	CHECK_EQ(ri.size, SIZE);
	CHECK_EQ(ri.flags & VFIO_REGION_INFO_FLAG_MMAP, 0);
	ri.index = 1;
	CHECK_EQ(send(VFU_DEVICE_GET_REGION_INFO, &ri, sizeof(ri), NULL, 0), 0);
	memcpy(&ri, body(), sizeof(ri));
	CHECK_EQ(ri.size, 0);
	ri.index = VFU_NUM_REGIONS;
	CHECK_EQ(send(VFU_DEVICE_GET_REGION_INFO, &ri, sizeof(ri), NULL, 0),
		 EINVAL);
	CHECK_EQ(send(VFU_DEVICE_GET_REGION_INFO, &ri, 8, NULL, 0), EINVAL);

	CHECK_EQ(send(VFU_DEVICE_GET_IRQ_INFO, &ii, sizeof(ii), NULL, 0), 0);
	memcpy(&ii, body(), sizeof(ii));
	CHECK_EQ(ii.count, 4);
	ii.index = 9;
	CHECK_EQ(send(VFU_DEVICE_GET_IRQ_INFO, &ii, sizeof(ii), NULL, 0),
		 EINVAL);
	end();
}

struct access {
	struct vfu_region_rw rw;
	u8 data[8];
};

TEST(message_region_access)
{
	struct access a = { .rw = { 8, 0, 4 }, .data = { 1, 2, 3, 4 } };

	start();
	CHECK_EQ(send(VFU_REGION_WRITE, &a, 20, NULL, 0), 0);
	CHECK_EQ(t.len, 32);
	CHECK_EQ(get32(t.dev.mem + 8), 0x04030201);
	CHECK_EQ(send(VFU_REGION_READ, &a, 16, NULL, 0), 0);
	CHECK_EQ(t.len, 36);
	CHECK_EQ(get32((const u8 *)body() + 16), 0x04030201);

	/* posted: done, not answered */
	a.data[0] = 9;
	t.f.hdr.flags = VFU_FLAG_NO_REPLY;
	CHECK_EQ(send(VFU_REGION_WRITE, &a, 20, NULL, 0), 0);
	CHECK_EQ(t.len, 0);
	CHECK_EQ(t.dev.mem[8], 9);
	end();
}

TEST(message_region_bounds)
{
	struct access a = { .rw = { 0, 0, 8 } };
	u8 before[SIZE];

	start();
	memcpy(before, t.dev.mem, SIZE);
	/* data promised, not sent */
	CHECK_EQ(send(VFU_REGION_WRITE, &a, 20, NULL, 0), EINVAL);
	CHECK_EQ(send(VFU_REGION_READ, &a, 15, NULL, 0), EINVAL);
	a.rw.count = 0;
	CHECK_EQ(send(VFU_REGION_READ, &a, 16, NULL, 0), EINVAL);
	a.rw.count = VFU_MAX_IO + 1;
	CHECK_EQ(send(VFU_REGION_READ, &a, 16, NULL, 0), EINVAL);
	a.rw.count = UINT32_MAX;
	CHECK_EQ(send(VFU_REGION_WRITE, &a, 24, NULL, 0), EINVAL);
	a = (struct access){ .rw = { 0, VFU_NUM_REGIONS, 4 } };
	CHECK_EQ(send(VFU_REGION_READ, &a, 16, NULL, 0), EINVAL);
	/* outside the region: nothing answers, nothing changes */
	a = (struct access){ .rw = { SIZE - 2, 0, 4 }, .data = { 1, 1, 1, 1 } };
	CHECK_EQ(send(VFU_REGION_WRITE, &a, 20, NULL, 0), 0);
	CHECK_EQ(send(VFU_REGION_READ, &a, 16, NULL, 0), 0);
	CHECK_EQ(get32((const u8 *)body() + 16), 0xffffffff);
	a.rw.offset = UINT64_MAX;
	CHECK_EQ(send(VFU_REGION_WRITE, &a, 20, NULL, 0), 0);
	a.rw = (struct vfu_region_rw){ 0, 3, 4 };
	CHECK_EQ(send(VFU_REGION_WRITE, &a, 20, NULL, 0), 0);
	CHECK(!memcmp(before, t.dev.mem, SIZE));
	end();
}

TEST(message_dma_maps)
{
	struct vfu_dma_map m = {
		.argsz = sizeof(m), .flags = 3, .iova = 0x1000, .size = 4096,
	};
	struct vfu_dma_unmap u = {
		.argsz = sizeof(u), .iova = 0x1000, .size = 4096,
	};
	int fd = memfd_create("m", MFD_CLOEXEC), dups[2];
	u32 v = 5;

	start();
	CHECK_EQ(ftruncate(fd, 4096), 0);
	dups[0] = dup(fd);
	CHECK_EQ(send(VFU_DMA_MAP, &m, sizeof(m), dups, 1), 0);
	CHECK_EQ(guestmem_write(&t.mem, 0x1ffc, &v, 4), 0);
	dups[0] = dup(fd);
	CHECK_EQ(send(VFU_DMA_MAP, &m, sizeof(m), dups, 1), EEXIST);
	m.iova = 0x8000;
	m.size = 8192;
	dups[0] = dup(fd);
	CHECK_EQ(send(VFU_DMA_MAP, &m, sizeof(m), dups, 1), EINVAL);
	CHECK_EQ(send(VFU_DMA_MAP, &m, sizeof(m) - 1, NULL, 0), EINVAL);
	CHECK_EQ(send(VFU_DMA_MAP, &m, sizeof(m), NULL, 0), 0);
	CHECK_EQ(guestmem_write(&t.mem, 0x8000, &v, 4), -EFAULT);
	CHECK_EQ(send(VFU_DMA_UNMAP, &u, sizeof(u), NULL, 0), 0);
	CHECK_EQ(t.len, 16 + sizeof(u));
	CHECK_EQ(guestmem_write(&t.mem, 0x1ffc, &v, 4), -EFAULT);
	u.flags = VFU_UNMAP_ALL;
	CHECK_EQ(send(VFU_DMA_UNMAP, &u, sizeof(u), NULL, 0), 0);
	CHECK_EQ(t.mem.n, 0);
	close(fd);
	end();
}

#define TRIGGER (VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD)
#define SET_LEN offsetof(struct vfio_irq_set, data)

TEST(message_set_irqs)
{
	struct vfio_irq_set s = {
		.argsz = SET_LEN, .flags = TRIGGER, .index = IRQ_MSI,
		.start = 1, .count = 2,
	};
	int fd = eventfd(0, EFD_NONBLOCK), dups[3];
	u64 n = 0;

	start();
	dups[0] = dup(fd);
	dups[1] = dup(fd);
	CHECK_EQ(send(VFU_DEVICE_SET_IRQS, &s, SET_LEN, dups, 2), 0);
	CHECK_EQ(t.dev.start, 1);
	CHECK_EQ(t.dev.count, 2);
	CHECK(!irqset_fire(&t.irqs, IRQ_MSI, 0));
	CHECK(irqset_fire(&t.irqs, IRQ_MSI, 2));
	CHECK_EQ(read(fd, &n, 8), 8);
	CHECK_EQ(n, 1);

	/* one descriptor for two vectors */
	dups[0] = dup(fd);
	CHECK_EQ(send(VFU_DEVICE_SET_IRQS, &s, SET_LEN, dups, 1), EINVAL);
	/* none: disconnect */
	s.count = 1;
	CHECK_EQ(send(VFU_DEVICE_SET_IRQS, &s, SET_LEN, NULL, 0), 0);
	CHECK(!irqset_fire(&t.irqs, IRQ_MSI, 1));
	CHECK(irqset_fire(&t.irqs, IRQ_MSI, 2));

	s.start = IRQ_MAX_VECTORS - 1;
	s.count = 2;
	CHECK_EQ(send(VFU_DEVICE_SET_IRQS, &s, SET_LEN, NULL, 0), EINVAL);
	s.start = 5;
	s.count = UINT32_MAX;
	CHECK_EQ(send(VFU_DEVICE_SET_IRQS, &s, SET_LEN, NULL, 0), EINVAL);
	s.index = 5;
	CHECK_EQ(send(VFU_DEVICE_SET_IRQS, &s, SET_LEN, NULL, 0), EINVAL);
	CHECK_EQ(send(VFU_DEVICE_SET_IRQS, &s, SET_LEN - 1, NULL, 0), EINVAL);

	s = (struct vfio_irq_set) {
		.argsz = SET_LEN, .index = IRQ_MSI,
		.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_NONE,
	};
	CHECK_EQ(send(VFU_DEVICE_SET_IRQS, &s, SET_LEN, NULL, 0), 0);
	CHECK(!irqset_fire(&t.irqs, IRQ_MSI, 2));
	close(fd);
	end();
}

TEST(message_reset)
{
	start();
	CHECK_EQ(send(VFU_DEVICE_RESET, NULL, 0, NULL, 0), 0);
	CHECK_EQ(t.dev.resets, 1);
	end();
}
