// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer harness of the parser of endpoint DMA blocks (Q7)
 *
 * The first byte of the input says what the rest is: a block from its first
 * byte on, or damage to a block that is good: pairs of an offset in words and a
 * word. The copy that is parsed has exactly its length, so that the address
 * sanitizer sees every step outside. A block that is accepted is held against
 * the promises that its users rely on.
 */

#include <errno.h>
#include <stdlib.h>

#include <linux/pci-ep-dma.h>

#define BLOCK_BAR	0
#define REGS_BAR	2
#define BAR_LEN		SZ_1M
#define BLOCK_OFFSET	(3 * SZ_4K)
#define MAX_ADDR	((1ULL << 48) - 1)

static const struct pci_ep_dma_limits limits = {
	.bar_len = { [BLOCK_BAR] = BAR_LEN, [REGS_BAR] = BAR_LEN },
	.block_bar = BLOCK_BAR,
	.block_offset = BLOCK_OFFSET,
	.max_addr = MAX_ADDR,
};

static const struct pci_ep_dma_info good_info = {
	.generation = 1,
	.state = PCI_EP_DMA_STATE_READY,
	.serviced = 1,
	.layout = PCI_EP_DMA_LAYOUT_DW_EDMA_V0,
	.func_no = 1,
	.regs = { REGS_BAR, 0, 0x600 },
	.doorbell = { true, REGS_BAR, 0xa0, 1 },
	.scratch_addr = 0x480080000,
	.scratch_size = SZ_32K,
	.nr_mems = 2,
	.nr_chans = 3,
	.mems = {
		{ 7, { BLOCK_BAR, 4 * SZ_4K, SZ_4K }, 0x480004000 },
		{ 8, { BLOCK_BAR, 5 * SZ_4K, SZ_4K }, 0x480005000 },
	},
	.chans = {
		{ 0, PCI_EP_DMA_DIR_WRITE, 0, 7, 0, 0x800 },
		{ 1, PCI_EP_DMA_DIR_WRITE, 1, 7, 0x800, 0x800 },
		{ 2, PCI_EP_DMA_DIR_READ, 0, 8, 0, SZ_4K },
	},
};

struct patch {
	uint16_t word;
	u32 val;
} __attribute__((packed));

static u32 block[PCI_EP_DMA_MAX_LEN / sizeof(u32) + 1];
static struct pci_ep_dma_info info, again;

static size_t whole_block(const uint8_t *data, size_t size)
{
	size = size < sizeof(block) ? size : sizeof(block);
	memcpy(block, data, size);

	return size;
}

static size_t damaged_block(const uint8_t *data, size_t size)
{
	const char *field;
	struct patch patch;
	ssize_t len;

	info = good_info;
	len = pci_ep_dma_build(&info, &limits, block, sizeof(block), &field);
	assert(len > 0 && !field);

	for (; size >= sizeof(patch); size -= sizeof(patch)) {
		memcpy(&patch, data, sizeof(patch));
		data += sizeof(patch);
		block[patch.word % (len / sizeof(u32))] = patch.val;
	}

	return len;
}

static bool inside_bar(const struct pci_ep_dma_window *win)
{
	return win->bar < PCI_EP_DMA_MAX_BARS &&
	       win->offset <= limits.bar_len[win->bar] &&
	       win->size <= limits.bar_len[win->bar] - win->offset;
}

/* Inside of a BAR nothing wraps */
static bool apart(const struct pci_ep_dma_window *a,
		  const struct pci_ep_dma_window *b)
{
	return a->bar != b->bar || a->offset + a->size <= b->offset ||
	       b->offset + b->size <= a->offset;
}

static void check_promises(size_t len)
{
	struct pci_ep_dma_window door = { .size = 4 };
	static u32 rebuilt[ARRAY_SIZE(block)];
	const struct pci_ep_dma_mem *mem;
	const char *field;
	u32 i;

	assert(info.block.size <= len && info.block.size % 8 == 0);
	assert(info.block.offset == BLOCK_OFFSET && inside_bar(&info.block));
	assert(info.host_offset % 64 == 0);
	assert(info.host_offset + 64 <= info.block.size);
	assert(info.nr_mems && info.nr_mems <= PCI_EP_DMA_MAX_MEMS);
	assert(info.nr_chans && info.nr_chans <= PCI_EP_DMA_MAX_CHANS);
	assert(info.state <= PCI_EP_DMA_STATE_FAILED);
	assert(info.state != PCI_EP_DMA_STATE_FAILED || info.reason);
	assert(inside_bar(&info.regs) && apart(&info.regs, &info.block));
	if (info.doorbell.present) {
		door.bar = info.doorbell.bar;
		door.offset = info.doorbell.offset;
		assert(inside_bar(&door) && apart(&door, &info.block));
	}

	for (i = 0; i < info.nr_chans; i++) {
		mem = pci_ep_dma_find_mem(&info, info.chans[i].mem_id);
		assert(mem && inside_bar(&mem->win));
		assert(mem->addr + mem->win.size - 1 <= MAX_ADDR);
		assert(apart(&mem->win, &info.block));
		assert(apart(&mem->win, &info.regs));
		assert(!info.doorbell.present || apart(&mem->win, &door));
		assert(pci_ep_dma_regs_size(info.layout,
					    info.chans[i].hw_chan + 1) <=
		       info.regs.size);
		assert(info.chans[i].ll_size >= PCI_EP_DMA_MIN_LL);
		assert(info.chans[i].ll_size <= PCI_EP_DMA_MAX_LL);
		assert((u64)info.chans[i].ll_offset + info.chans[i].ll_size <=
		       mem->win.size);
	}

	again = info;
	assert(pci_ep_dma_build(&again, &limits, rebuilt, sizeof(rebuilt),
				&field) > 0);
}

static bool known_errno(int err)
{
	switch (-err) {
	case ENODEV:
	case EIO:
	case EPROTONOSUPPORT:
	case EAGAIN:
	case EBADMSG:
	case EOPNOTSUPP:
	case ENOPROTOOPT:
	case EOVERFLOW:
		return true;
	default:
		return false;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *field;
	size_t len;
	void *copy;
	int err;

	if (!size)
		return 0;

	len = data[0] & 1 ? whole_block(data + 1, size - 1) :
			    damaged_block(data + 1, size - 1);

	copy = malloc(len ? len : 1);
	assert(copy);
	memcpy(copy, block, len);

	err = pci_ep_dma_parse(copy, len, &limits, &info, &field);
	assert(!err == !field);
	assert(!err || known_errno(err));
	if (!err)
		check_promises(len);

	free(copy);

	return 0;
}
