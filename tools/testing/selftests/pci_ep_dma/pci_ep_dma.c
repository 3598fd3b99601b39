// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of DMA channels lent by a PCI endpoint have in common
 */

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "pci_ep_dma.h"

static int ep_ioctl(struct ep_chan *chan, unsigned long cmd, void *arg)
{
	return ioctl(chan->fd, cmd, arg) ? -errno : 0;
}

int ep_open(struct ep_chan *chan, const char *device, uint32_t dir,
	    uint32_t index, uint32_t buf_size)
{
	struct pci_ep_dma_test_open arg = {
		.size = sizeof(arg),
		.dir = dir,
		.index = index,
		.buf_size = buf_size,
	};
	int ret;

	if (strlen(device) >= sizeof(arg.device))
		return -EINVAL;
	memcpy(arg.device, device, strlen(device));

	chan->fd = open(EP_NODE, O_RDWR | O_CLOEXEC);
	if (chan->fd < 0)
		return -errno;

	ret = ep_ioctl(chan, PCI_EP_DMA_TEST_OPEN, &arg);
	if (ret) {
		ep_close(chan);
		return ret;
	}

	chan->buf_size = buf_size;
	chan->scratch_size = arg.scratch_size;
	return 0;
}

void ep_close(struct ep_chan *chan)
{
	if (chan->fd >= 0)
		close(chan->fd);
	chan->fd = -1;
}

int ep_put(struct ep_chan *chan, const void *data, size_t len, size_t offset)
{
	ssize_t done = pwrite(chan->fd, data, len, offset);

	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -EIO;
}

int ep_get(struct ep_chan *chan, void *data, size_t len, size_t offset)
{
	ssize_t done = pread(chan->fd, data, len, offset);

	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -EIO;
}

int ep_submit(struct ep_chan *chan, uint64_t scratch_offset,
	      const struct pci_ep_dma_test_seg *segs, uint32_t nr,
	      uint32_t flags)
{
	struct pci_ep_dma_test_submit arg = {
		.size = sizeof(arg),
		.flags = flags,
		.scratch_offset = scratch_offset,
		.segs = (uintptr_t)segs,
		.nr_segs = nr,
	};

	return ep_ioctl(chan, PCI_EP_DMA_TEST_SUBMIT, &arg);
}

int ep_wait(struct ep_chan *chan, uint32_t timeout_ms,
	    struct pci_ep_dma_test_wait *result)
{
	*result = (struct pci_ep_dma_test_wait) {
		.size = sizeof(*result),
		.timeout_ms = timeout_ms,
	};

	return ep_ioctl(chan, PCI_EP_DMA_TEST_WAIT, result);
}

int ep_terminate(struct ep_chan *chan)
{
	return ep_ioctl(chan, PCI_EP_DMA_TEST_TERMINATE, NULL);
}

int ep_move(struct ep_chan *chan, uint32_t offset, uint64_t scratch_offset,
	    uint32_t len)
{
	struct pci_ep_dma_test_seg seg = { .offset = offset, .len = len };
	struct pci_ep_dma_test_wait result;
	uint32_t completed;
	int ret;

	ret = ep_wait(chan, 0, &result);
	if (ret)
		return ret;
	completed = result.completed;

	ret = ep_submit(chan, scratch_offset, &seg, 1, PCI_EP_DMA_TEST_ISSUE);
	if (ret)
		return ret;

	ret = ep_wait(chan, EP_TIMEOUT, &result);
	if (ret)
		return ret;

	return result.completed == completed + 1 ? 0 : -EIO;
}

/* Eight bytes of the pattern: splitmix64 of seed and position */
static uint64_t ep_word(uint64_t seed, uint64_t nr)
{
	uint64_t x = (seed << 40) + nr + 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return htole64(x ^ (x >> 31));
}

void ep_fill(void *buf, size_t len, uint64_t seed, uint64_t pos)
{
	uint8_t *to = buf;

	while (len) {
		uint64_t word = ep_word(seed, pos / 8);
		size_t skip = pos % 8;
		size_t n = 8 - skip < len ? 8 - skip : len;

		if (n == 8)
			memcpy(to, &word, 8);
		else
			memcpy(to, (uint8_t *)&word + skip, n);
		to += n;
		pos += n;
		len -= n;
	}
}

ssize_t ep_check(const void *buf, size_t len, uint64_t seed, uint64_t pos)
{
	const uint8_t *is = buf;
	uint8_t want[4096];
	size_t done, n, i;

	for (done = 0; done < len; done += n) {
		n = len - done < sizeof(want) ? len - done : sizeof(want);
		ep_fill(want, n, seed, pos + done);
		if (!memcmp(is + done, want, n))
			continue;
		for (i = 0; is[done + i] == want[i]; i++)
			;
		return done + i;
	}

	return -1;
}
