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

static const struct pci_ep_dma_limits limits = {
	.bar_len = { [BLOCK_BAR] = BAR_LEN, [REGS_BAR] = BAR_LEN },
	.block_bar = BLOCK_BAR,
	.func_no = 1,
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
		{ 7, { BLOCK_BAR, SZ_4K, SZ_4K }, 0x480001000 },
		{ 8, { BLOCK_BAR, 2 * SZ_4K, SZ_4K }, 0x480002000 },
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

static void check_promises(size_t len)
{
	static u32 rebuilt[ARRAY_SIZE(block)];
	const struct pci_ep_dma_mem *mem;
	const char *field;
	u32 i;

	assert(info.total_len <= len);
	assert(info.host_offset % 64 == 0);
	assert(info.host_offset + 64 <= info.total_len);
	assert(info.nr_mems && info.nr_mems <= PCI_EP_DMA_MAX_MEMS);
	assert(info.nr_chans && info.nr_chans <= PCI_EP_DMA_MAX_CHANS);
	assert(info.state <= PCI_EP_DMA_STATE_FAILED);
	assert(info.regs.bar != BLOCK_BAR && inside_bar(&info.regs));
	assert(!info.doorbell.present ||
	       info.doorbell.offset + 4 <= limits.bar_len[info.doorbell.bar]);

	for (i = 0; i < info.nr_chans; i++) {
		mem = pci_ep_dma_find_mem(&info, info.chans[i].mem_id);
		assert(mem && inside_bar(&mem->win));
		assert(info.chans[i].hw_chan < 8);
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
