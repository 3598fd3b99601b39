// SPDX-License-Identifier: GPL-2.0
/*
 * Host front end: DesignWare eDMA channels that a PCI endpoint offers
 *
 * The endpoint describes its offer in a block of memory in one of its BARs, see
 * <linux/pci-ep-dma.h>. To *attach* is to find the block, to ask for the
 * registers, and to wait until the endpoint has mapped them. The way back is to
 * *withdraw* the request. Driving the channels in between is up to the caller.
 *
 * Trust
 *   The endpoint can write the block at any time and is believed nothing. What
 *   is used comes from one copy that was checked as a whole; a word that is
 *   polled is compared, never used as a size or an offset. Waiting is bounded.
 *   Tests of the checks are with the parser.
 *
 * Lifetime
 *   All is bound to the driver of the PCI function (devres). The withdrawal
 *   runs after the driver's .remove(), hence after it has stopped the channels,
 *   and also when the probe fails after the endpoint was asked. Undone in this
 *   order: debugfs, request, mappings.
 *
 * Locking
 *   None. Attach and withdraw run with the device lock of the function held;
 *   debugfs reads what does not change after attach.
 */

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/pci-ep-dma.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "dw-edma-ep.h"

#define CREATE_TRACE_POINTS
#include <trace/events/dw_edma_ep.h>

/*
 * An endpoint with a doorbell answers in a few milliseconds, one that polls in
 * a few hundred. Every look is a read across the link, so the longer the wait
 * has been, the longer it is to the next look: a quarter of it, within bounds.
 */
#define POLL_MIN_US	(1 * USEC_PER_MSEC)
#define POLL_MAX_US	(50 * USEC_PER_MSEC)
#define READY_LIMIT_US	(10 * USEC_PER_SEC)

/*
 * The endpoint writes the block in well under a millisecond. But while it takes
 * channels back from another host the block is not valid, and to stop both
 * directions may take it 200 ms each.
 */
#define COPY_LIMIT_US	(1 * USEC_PER_SEC)

struct dw_edma_ep {
	struct pci_dev *pdev;
	struct pci_ep_dma_limits limits;
	struct pci_ep_dma_info info;	/* the last copy, good after attach */
	void __iomem *block;		/* where limits say that it is */
	size_t block_len;		/* bytes mapped */
	void __iomem *host;		/* host area, from the first copy */
	void __iomem *doorbell;		/* NULL = none, from the first copy */
	u32 doorbell_data;
	u32 token;			/* written to the host area */
	u64 ready_us;			/* from request to ready */
	bool left_behind;		/* another host's request may stand */
	struct dentry *debugfs;
};

static struct dentry *debugfs_root;

#define block_read(ep, member)						\
	readl((ep)->block +						\
	      offsetof(struct pci_ep_dma_wire_header, member))

/*
 * Find the block
 */

static void get_limits(struct pci_dev *pdev, struct pci_ep_dma_limits *limits)
{
	int bar;

	for (bar = 0; bar < PCI_EP_DMA_MAX_BARS; bar++) {
		if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM) ||
		    pci_resource_flags(pdev, bar) & IORESOURCE_UNSET)
			continue;
		limits->bar_len[bar] = pci_resource_len(pdev, bar);
	}

	/* What clients and the driver itself have to express */
	limits->max_addr = type_max(phys_addr_t);
}

/*
 * Look for the block at each of its places in a BAR, as the rule says that is
 * told in <linux/pci-ep-dma.h> under "place". Returns with ep->block set, or why
 * not: -ENODEV if the BAR answers, -EIO if it does not.
 */
static int search_bar(struct dw_edma_ep *ep, u32 bar, void __iomem *start,
		      size_t len)
{
	const size_t header = sizeof(struct pci_ep_dma_wire_header);
	u32 offset, magic;

	for (offset = 0; offset <= PCI_EP_DMA_MAX_OFFSET &&
	     offset + header <= len; offset += PCI_EP_DMA_BLOCK_ALIGN) {
		ep->block = start + offset;
		magic = block_read(ep, magic);
		if (PCI_POSSIBLE_ERROR(magic))
			return offset ? -ENODEV : -EIO;

		if (magic == PCI_EP_DMA_MAGIC &&
		    block_read(ep, place) == pci_ep_dma_place(bar, offset)) {
			ep->block_len = min(len - offset,
					    PCI_EP_DMA_MAX_LEN);
			ep->limits.block_bar = bar;
			ep->limits.block_offset = offset;
			return 0;
		}
	}

	return -ENODEV;
}

/*
 * The BARs are looked at before they are requested: which of them the device
 * uses at all is written in the block.
 */
static int find_block(struct dw_edma_ep *ep)
{
	bool alive = false, dead = false;
	void __iomem *start;
	size_t len;
	u32 bar;
	int err;

	for (bar = 0; bar < PCI_EP_DMA_MAX_BARS; bar++) {
		len = min_t(u64, ep->limits.bar_len[bar],
			    PCI_EP_DMA_MAX_OFFSET + PCI_EP_DMA_MAX_LEN);
		if (len < sizeof(struct pci_ep_dma_wire_header))
			continue;

		start = pcim_iomap_range(ep->pdev, bar, 0, len);
		if (IS_ERR(start))
			return PTR_ERR(start);

		err = search_bar(ep, bar, start, len);
		if (!err)
			return 0;

		pcim_iounmap(ep->pdev, start);
		alive |= err == -ENODEV;
		dead |= err == -EIO;
	}

	/* One BAR that answers shows that the link is up */
	return dead && !alive ? -EIO : -ENODEV;
}

/*
 * Copy and check
 */

static int refuse(struct dw_edma_ep *ep, int err, const char *field)
{
	pci_err(ep->pdev, "endpoint DMA block: %s (%s): %pe\n",
		pci_ep_dma_refusal(err), field, ERR_PTR(err));

	return err;
}

/* A word of the block beside what the copy has of it */
static int compare(u32 now, u32 copied)
{
	if (PCI_POSSIBLE_ERROR(now))
		return -EIO;

	return now == copied ? 0 : -EAGAIN;
}

/*
 * A copy is whole if what changes with every update has not changed. These words
 * are never all ones, so that a link which died meanwhile is seen here at the
 * latest.
 */
static int copy_once(struct dw_edma_ep *ep, void *buf, size_t len,
		     const char **field)
{
	int err;

	__ioread32_copy(buf, ep->block, len / sizeof(u32));
	rmb();	/* what follows is read after the copy */

	err = pci_ep_dma_parse(buf, len, &ep->limits, &ep->info, field);
	if (err)
		return err;

	*field = "generation";
	err = compare(block_read(ep, generation), ep->info.generation);
	if (err)
		return err;

	*field = "state";

	return compare(block_read(ep, state), ep->info.state);
}

/* Sleep a quarter of what was waited for already */
static void pause_after(u64 waited_us)
{
	fsleep(clamp(waited_us / 4, POLL_MIN_US, POLL_MAX_US));
}

static int copy_block(struct dw_edma_ep *ep)
{
	size_t len = sizeof(struct pci_ep_dma_wire_header);
	size_t hint = block_read(ep, total_len);
	ktime_t start = ktime_get();
	const char *field;
	u64 waited_us;
	int err;

	/* How much to copy; the length that counts is the one in the copy */
	if (hint > len && hint <= ep->block_len)
		len = ALIGN_DOWN(hint, sizeof(u32));

	void *buf __free(kvfree) = kvmalloc(len, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;

	while ((err = copy_once(ep, buf, len, &field)) == -EAGAIN) {
		waited_us = ktime_us_delta(ktime_get(), start);
		if (waited_us >= COPY_LIMIT_US)
			break;
		pause_after(waited_us);
	}

	return err ? refuse(ep, err, field) : 0;
}

/*
 * Request and withdraw
 */

static void __iomem *token_word(struct dw_edma_ep *ep)
{
	return ep->host + offsetof(struct pci_ep_dma_wire_host, token);
}

static void write_token(struct dw_edma_ep *ep, u32 token)
{
	void __iomem *word = token_word(ep);

	trace_dw_edma_ep_token(pci_name(ep->pdev), token);
	writel(token, word);
	if (!ep->doorbell)
		return;

	/* In the endpoint a register may be reached sooner than memory */
	readl(word);
	writel(ep->doorbell_data, ep->doorbell);
}

/* Neither the last one served nor one that a host before us has left */
static u32 fresh_token(struct dw_edma_ep *ep)
{
	u32 left = readl(token_word(ep));
	u32 token = get_random_u32();

	/* Not served when the block was copied, but maybe before we ask */
	ep->left_behind |= left;

	do {
		token = pci_ep_dma_next(token);
	} while (token == left || token == ep->info.serviced);

	return token;
}

/* What the host writes to; fixed by the first copy, for the withdrawal too */
static int map_targets(struct dw_edma_ep *ep)
{
	const struct pci_ep_dma_doorbell *db = &ep->info.doorbell;
	void __iomem *addr;

	ep->host = ep->block + ep->info.host_offset;
	if (!db->present)
		return 0;

	addr = pcim_iomap_range(ep->pdev, db->bar, db->offset, sizeof(u32));
	if (IS_ERR(addr))
		return PTR_ERR(addr);

	ep->doorbell = addr;
	ep->doorbell_data = db->data;

	return 0;
}

/* Runs after the driver's .remove(); the channels have been stopped */
static void withdraw(void *data)
{
	struct dw_edma_ep *ep = data;

	device_lock_assert(&ep->pdev->dev);

	write_token(ep, 0);
}

/* One read a look until the token shows up */
static int look_for_ready(struct dw_edma_ep *ep)
{
	u32 serviced = block_read(ep, serviced);
	u32 state;

	if (PCI_POSSIBLE_ERROR(serviced))
		return -EIO;
	if (serviced != ep->token)
		return -EAGAIN;

	state = block_read(ep, state);
	if (PCI_POSSIBLE_ERROR(state))
		return -EIO;
	if (state == PCI_EP_DMA_STATE_FAILED)
		return -EREMOTEIO;

	return state == PCI_EP_DMA_STATE_READY ? 0 : -EAGAIN;
}

static int wait_ready(struct dw_edma_ep *ep)
{
	ktime_t start = ktime_get();
	int err;

	ep->ready_us = 0;
	do {
		pause_after(ep->ready_us);
		err = look_for_ready(ep);
		ep->ready_us = ktime_us_delta(ktime_get(), start);
	} while (err == -EAGAIN && ep->ready_us < READY_LIMIT_US);

	return err == -EAGAIN ? -ETIMEDOUT : err;
}

static int ask(struct dw_edma_ep *ep)
{
	u32 reason;
	int err;

	ep->token = fresh_token(ep);
	write_token(ep, ep->token);

	err = wait_ready(ep);
	trace_dw_edma_ep_answer(pci_name(ep->pdev), ep->token, ep->ready_us,
				err);
	switch (err) {
	case 0:
		break;
	case -EIO:
		refuse(ep, err, "serviced");
		break;
	case -EREMOTEIO:
		reason = block_read(ep, reason);
		pci_err(ep->pdev, "endpoint cannot lend its DMA channels: %s (%u)\n",
			pci_ep_dma_failure(reason), reason);
		break;
	default:
		pci_err(ep->pdev, "endpoint did not answer the request for DMA within %llu ms\n",
			div_u64(ep->ready_us, USEC_PER_MSEC));
	}

	return err;
}

/*
 * The block is copied again when the endpoint says ready, and this copy is the
 * one that is used. It tells about the same offer as the first unless another
 * host had left its request behind: ending that one makes a new generation,
 * whether it was served or refused.
 */
static int confirm(struct dw_edma_ep *ep, u32 generation)
{
	int err = copy_block(ep);

	if (err)
		return err;

	if (ep->info.state != PCI_EP_DMA_STATE_READY)
		return refuse(ep, -EAGAIN, "state");
	if (ep->info.serviced != ep->token)
		return refuse(ep, -EAGAIN, "serviced");
	if (ep->info.generation != generation && !ep->left_behind)
		return refuse(ep, -EAGAIN, "generation");

	return 0;
}

/*
 * debugfs: dw-edma-ep/<function>/
 */

static int metadata_show(struct seq_file *s, void *unused)
{
	const struct dw_edma_ep *ep = s->private;

	pci_ep_dma_show(s, &ep->info);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(metadata);

static void debugfs_off(void *data)
{
	struct dw_edma_ep *ep = data;

	debugfs_remove_recursive(ep->debugfs);
}

static int debugfs_on(struct dw_edma_ep *ep)
{
	ep->debugfs = debugfs_create_dir(pci_name(ep->pdev), debugfs_root);
	debugfs_create_file("metadata", 0400, ep->debugfs, ep,
			    &metadata_fops);
	debugfs_create_u64("request_to_ready_us", 0400, ep->debugfs,
			   &ep->ready_us);

	return devm_add_action_or_reset(&ep->pdev->dev, debugfs_off, ep);
}

/**
 * devm_dw_edma_ep_attach() - get DMA channels from the endpoint behind a function
 * @pdev: PCI function, enabled, whose driver is being bound
 *
 * Finds the block, checks it, asks the endpoint for the registers and waits
 * until it has mapped them. Every refusal is told with one message that names
 * the field. BARs are mapped, but not requested; the caller requests those that
 * it uses.
 *
 * The request is withdrawn after the driver's .remove(), or if its probe fails.
 *
 * Context: Process context, device lock of @pdev held. Sleeps, up to 12 s where
 * the endpoint does not answer.
 *
 * Return: what the endpoint offers, checked, valid until the driver is unbound;
 * or ERR_PTR: what pci_ep_dma_parse() returns, with -EAGAIN if the block never
 * stood still or changed under the request; -EREMOTEIO if the endpoint failed;
 * -ETIMEDOUT if it did not answer; -ENOMEM.
 */
const struct pci_ep_dma_info *devm_dw_edma_ep_attach(struct pci_dev *pdev)
{
	struct dw_edma_ep *ep;
	u32 generation;
	int err;

	device_lock_assert(&pdev->dev);

	ep = devm_kzalloc(&pdev->dev, sizeof(*ep), GFP_KERNEL);
	if (!ep)
		return ERR_PTR(-ENOMEM);

	ep->pdev = pdev;
	get_limits(pdev, &ep->limits);

	err = find_block(ep);
	if (err)
		return ERR_PTR(refuse(ep, err, "magic"));

	err = copy_block(ep);
	if (err)
		return ERR_PTR(err);

	generation = ep->info.generation;
	ep->left_behind = ep->info.serviced;

	err = map_targets(ep);
	if (err)
		return ERR_PTR(err);

	err = devm_add_action_or_reset(&pdev->dev, withdraw, ep);
	if (err)
		return ERR_PTR(err);

	err = ask(ep) ?: confirm(ep, generation);
	if (err)
		return ERR_PTR(err);

	err = debugfs_on(ep);
	if (err)
		return ERR_PTR(err);

	pci_dbg(pdev, "endpoint DMA ready after %llu us, generation %u\n",
		ep->ready_us, ep->info.generation);

	return &ep->info;
}
EXPORT_SYMBOL_GPL(devm_dw_edma_ep_attach);

static int __init dw_edma_ep_init(void)
{
	debugfs_root = debugfs_create_dir("dw-edma-ep", NULL);

	return 0;
}
subsys_initcall(dw_edma_ep_init);

static void __exit dw_edma_ep_exit(void)
{
	debugfs_remove_recursive(debugfs_root);
}
module_exit(dw_edma_ep_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("DesignWare eDMA channels offered by a PCI endpoint");
