// SPDX-License-Identifier: GPL-2.0
/*
 * PCI endpoint DMA export: the block that the host reads
 *
 * Two copies: the image, private, built from what the export knows, and the
 * block, in the metadata BAR, where the host can write too. Everything goes
 * from the image to the block, always wholly. The way back is one word, the
 * token in the host area, which in turn is never written here.
 *
 * All functions are called with export->lock held.
 */

#include <linux/dma-mapping.h>
#include <linux/string.h>

#include "pci-ep-dma-internal.h"

static enum pci_ep_dma_state epdma_wire_state(struct pci_ep_dma_export *exp)
{
	switch (exp->state) {
	case EPDMA_READY:
		return PCI_EP_DMA_STATE_READY;
	case EPDMA_FAILED:
		return PCI_EP_DMA_STATE_FAILED;
	default:
		return PCI_EP_DMA_STATE_PUBLISHED;
	}
}

/* Why nobody is served */
static enum pci_ep_dma_reason epdma_reason(struct pci_ep_dma_export *exp)
{
	if (exp->state != EPDMA_FAILED)
		return PCI_EP_DMA_REASON_NONE;

	return exp->stuck ? PCI_EP_DMA_REASON_STUCK :
			    PCI_EP_DMA_REASON_HANDOVER;
}

/* Lengths of the BARs that the block refers to */
void epdma_fill_limits(struct pci_ep_dma_export *exp,
		       struct pci_ep_dma_limits *limits)
{
	struct epdma_regs *regs = &exp->regs;
	enum pci_barno i;

	*limits = (struct pci_ep_dma_limits) {
		.block_bar = exp->metadata_bar,
		.max_addr = U64_MAX,
	};

	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++)
		limits->bar_len[i] = epdma_bar(exp, i)->size;

	/* What this function did not program is as long as it has to be */
	if (regs->bar != NO_BAR)
		limits->bar_len[regs->bar] =
			max_t(u64, exp->features->bar[regs->bar].fixed_size,
			      regs->bar_offset + regs->size);
}

static void epdma_fill_info(struct pci_ep_dma_export *exp,
			    struct pci_ep_dma_info *info)
{
	dma_addr_t engine = epdma_bar(exp, exp->metadata_bar)->phys_addr;
	struct epdma_regs *regs = &exp->regs;
	unsigned int i;

	*info = (struct pci_ep_dma_info) {
		.generation = exp->generation,
		.state = epdma_wire_state(exp),
		.serviced = exp->serviced,
		.reason = epdma_reason(exp),
		.layout = regs->layout,
		.func_no = exp->epf->func_no,
		.regs = {
			.bar = regs->bar != NO_BAR ? regs->bar :
						     exp->window_bar,
			.offset = regs->bar_offset,
			.size = regs->size,
		},
		.doorbell = {
			.present = exp->doorbell.irq,
			.bar = exp->doorbell.bar,
			.offset = exp->doorbell.offset,
			.data = exp->doorbell.data,
		},
		.scratch_addr = exp->config.scratch_size ?
				engine + exp->scratch_offset : 0,
		.scratch_size = exp->config.scratch_size,
		.nr_mems = 1,
		.nr_chans = exp->nr_offered,
	};

	info->mems[0] = (struct pci_ep_dma_mem) {
		.win = {
			.bar = exp->metadata_bar,
			.offset = exp->ll_offset,
			.size = exp->nr_offered * EPDMA_LL_SIZE,
		},
		.addr = engine + exp->ll_offset,
	};

	for (i = 0; i < exp->nr_offered; i++)
		info->chans[i] = (struct pci_ep_dma_chan) {
			.id = i,
			.dir = exp->chans[i].dir,
			.hw_chan = exp->chans[i].hw_chan,
			.mem_id = info->mems[0].id,
			.ll_offset = i * EPDMA_LL_SIZE,
			.ll_size = EPDMA_LL_SIZE,
		};
}

int epdma_build_block(struct pci_ep_dma_export *exp)
{
	struct pci_ep_dma_limits limits;
	const char *field = NULL;
	ssize_t len;

	lockdep_assert_held(&exp->lock);

	epdma_fill_limits(exp, &limits);
	epdma_fill_info(exp, exp->info);

	len = pci_ep_dma_build(exp->info, &limits, exp->image, exp->block_size,
			       &field);
	if (len < 0) {
		dev_err(epdma_dev(exp), "metadata does not hold together: %s\n",
			field);
		return len;
	}
	exp->block_len = len;

	return 0;
}

/*
 * The parts of the block that the endpoint writes, without the state word: the
 * header on both sides of it, and what follows the host area.
 */
static const struct {
	size_t start;
	size_t end;
} epdma_parts[] = {
	{ 0, offsetof(struct pci_ep_dma_wire_header, state) },
	{ offsetofend(struct pci_ep_dma_wire_header, state),
	  PCI_EP_DMA_HOST_OFFSET },
	{ PCI_EP_DMA_MEMS_OFFSET, SIZE_MAX },
};

static size_t epdma_part_len(struct pci_ep_dma_export *exp, int part)
{
	return min(epdma_parts[part].end, exp->block_len) -
	       epdma_parts[part].start;
}

/* Nothing in the block is valid until it is written again */
void epdma_retract_block(struct pci_ep_dma_export *exp)
{
	struct pci_ep_dma_wire_header *header = exp->block;

	WRITE_ONCE(header->state, cpu_to_le32(PCI_EP_DMA_STATE_UPDATING));
	dma_wmb();
}

void epdma_write_block(struct pci_ep_dma_export *exp)
{
	const struct pci_ep_dma_wire_header *image = exp->image;
	struct pci_ep_dma_wire_header *header = exp->block;
	int i;

	epdma_retract_block(exp);
	for (i = 0; i < ARRAY_SIZE(epdma_parts); i++)
		memcpy(exp->block + epdma_parts[i].start,
		       exp->image + epdma_parts[i].start,
		       epdma_part_len(exp, i));
	dma_wmb();
	WRITE_ONCE(header->state, image->state);
}

/* Tell the host what state the export is in */
void epdma_post_block(struct pci_ep_dma_export *exp)
{
	if (!epdma_build_block(exp))
		epdma_write_block(exp);
}

static bool epdma_block_is_intact(struct pci_ep_dma_export *exp)
{
	const struct pci_ep_dma_wire_header *image = exp->image;
	struct pci_ep_dma_wire_header *header = exp->block;
	int i;

	for (i = 0; i < ARRAY_SIZE(epdma_parts); i++)
		if (memcmp(exp->block + epdma_parts[i].start,
			   exp->image + epdma_parts[i].start,
			   epdma_part_len(exp, i)))
			return false;

	return READ_ONCE(header->state) == image->state;
}

void epdma_repair_block(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->lock);

	if (epdma_block_is_intact(exp))
		return;

	dev_warn_ratelimited(epdma_dev(exp),
			     "the host wrote over the metadata, publishing it again\n");
	exp->nr_repairs++;
	epdma_write_block(exp);
}

/* The only word of the host's that is ever looked at: one read, no trust */
u32 epdma_read_token(struct pci_ep_dma_export *exp)
{
	struct pci_ep_dma_wire_host *host = exp->block + PCI_EP_DMA_HOST_OFFSET;
	u32 token = le32_to_cpu(READ_ONCE(host->token));

	/* All ones is no token, and no word of the block may say it */
	return token == U32_MAX ? 0 : token;
}
