// SPDX-License-Identifier: GPL-2.0
/*
 * Scatterlist test of the endpoint's own DMA channels
 *
 * The in-tree tests never build a linked list of more than one element, so they
 * don't see how the engine wraps a list, toggles its cycle bit or goes on with
 * the next chunk. This module moves lists of FROM..TO elements between scattered
 * endpoint memory and a host buffer (lab-host-buf), through whatever free local
 * channel there is. debugfs, file dw-ep-lab-sg/cmd:
 *
 *   "read ADDR SIZE SEED FROM TO"   host buffer to endpoint; the endpoint
 *                                   verifies data and guard bytes
 *   "write ADDR SIZE SEED FROM TO"  endpoint to host buffer; the endpoint
 *                                   verifies that its own memory is unchanged,
 *                                   the host that the data arrived
 *   "unmapped ADDR SIZE SEED FROM TO"  as write, from memory that was unmapped
 *                                   before: what the lab has to notice
 *
 * ADDR and SIZE describe the host buffer. The write returns when all lists are
 * done: -EIO and a message for wrong data or an engine error, -ETIMEDOUT for a
 * list that never completes, -ENODEV when no channel is free.
 *
 * Test only: it lets user space name any host address.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/dmaengine.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "lab-sg.h"

/* Each element sits in a cell of its own, guard bytes before and behind it */
#define LAB_CELL	128
#define LAB_MEM_SIZE	(LAB_SG_MAX_NENTS * LAB_CELL)
#define LAB_GUARD_BYTE	0xa5
/* Generous: the slowest list takes milliseconds */
#define LAB_TIMEOUT	(30 * HZ)

/**
 * struct lab_sg - one run
 * @chan: the channel in use
 * @dir: direction as the endpoint's DMA engine names it
 * @host: bus address of the host buffer
 * @size: its size in bytes
 * @seed: which pattern
 * @unmapped: endpoint memory is unmapped too early, as no driver should do
 * @mem: endpoint memory, one cell for each element
 * @dma: its DMA address
 * @sg: the list
 * @done: completed by the channel's callback
 * @result: what the callback was told
 */
struct lab_sg {
	struct dma_chan			*chan;
	enum dma_transfer_direction	dir;
	u64				host;
	u32				size;
	u32				seed;
	bool				unmapped;
	u8				*mem;
	dma_addr_t			dma;
	struct scatterlist		sg[LAB_SG_MAX_NENTS];
	struct completion		done;
	enum dmaengine_tx_result	result;
};

static DEFINE_MUTEX(lab_lock);
static struct dentry *lab_dir;

/* Place of element @i in endpoint memory: its alignment changes with each cell */
static u32 lab_place(u32 nents, u32 i)
{
	return i * LAB_CELL + 1 + (nents + i) % (LAB_CELL - LAB_SG_MAX_LEN - 1);
}

static void lab_prepare(struct lab_sg *run, u32 nents, u32 slot)
{
	u32 off = slot;
	u32 i, j;

	memset(run->mem, LAB_GUARD_BYTE, LAB_MEM_SIZE);
	sg_init_table(run->sg, nents);

	for (i = 0; i < nents; i++) {
		u32 place = lab_place(nents, i);
		u32 len = lab_sg_len(nents, i);

		sg_dma_address(&run->sg[i]) = run->dma + place;
		sg_dma_len(&run->sg[i]) = len;

		if (run->dir == DMA_MEM_TO_DEV)
			for (j = 0; j < len; j++)
				run->mem[place + j] = lab_ep_byte(run->seed,
								  off + j);
		off += len;
	}
}

static u8 lab_expected(const struct lab_sg *run, u32 offset)
{
	if (run->dir == DMA_MEM_TO_DEV)
		return lab_ep_byte(run->seed, offset);
	return lab_host_byte(run->seed, offset);
}

static int lab_check_cell(const struct lab_sg *run, u32 nents, u32 i, u32 off)
{
	u32 place = lab_place(nents, i) - i * LAB_CELL;
	u32 len = lab_sg_len(nents, i);
	u32 j;

	for (j = 0; j < LAB_CELL; j++) {
		bool guard = j < place || j >= place + len;
		u8 got = run->mem[i * LAB_CELL + j];
		u8 want = guard ? LAB_GUARD_BYTE :
				  lab_expected(run, off + j - place);

		if (got == want)
			continue;
		pr_err("list %u, element %u, %s %d: %#04x, expected %#04x\n",
		       nents, i, guard ? "guard byte" : "byte",
		       (int)(j - place), got, want);
		return -EIO;
	}
	return 0;
}

static int lab_check(const struct lab_sg *run, u32 nents, u32 slot)
{
	u32 off = slot;
	u32 i;
	int ret;

	for (i = 0; i < nents; i++) {
		ret = lab_check_cell(run, nents, i, off);
		if (ret)
			return ret;
		off += lab_sg_len(nents, i);
	}
	return 0;
}

static void lab_callback(void *data, const struct dmaengine_result *result)
{
	struct lab_sg *run = data;

	run->result = result->result;
	complete(&run->done);
}

static int lab_transfer(struct lab_sg *run, u32 nents, u32 slot)
{
	struct dma_slave_config config = {
		.direction = run->dir,
		.src_addr = run->host + slot,
		.dst_addr = run->host + slot,
	};
	struct dma_async_tx_descriptor *tx;
	int ret;

	ret = dmaengine_slave_config(run->chan, &config);
	if (ret)
		return ret;

	tx = dmaengine_prep_slave_sg(run->chan, run->sg, nents, run->dir,
				     DMA_PREP_INTERRUPT | DMA_CTRL_ACK);
	if (!tx)
		return -EIO;

	reinit_completion(&run->done);
	tx->callback_result = lab_callback;
	tx->callback_param = run;
	ret = dma_submit_error(dmaengine_submit(tx));
	if (ret)
		return ret;

	dma_async_issue_pending(run->chan);
	if (!wait_for_completion_timeout(&run->done, LAB_TIMEOUT)) {
		pr_err("list %u never completed\n", nents);
		return -ETIMEDOUT;
	}
	if (run->result != DMA_TRANS_NOERROR) {
		pr_err("list %u ended with result %d\n", nents, run->result);
		return -EIO;
	}
	return 0;
}

static int lab_run_lists(struct lab_sg *run, u32 from, u32 to)
{
	u32 pos = 0;
	u32 n;
	int ret;

	for (n = from; n <= to; n++) {
		u32 slot = pos + LAB_SG_GUARD;

		pos = slot + lab_sg_total(n);
		if (pos > run->size - LAB_SG_GUARD)
			return -ENOSPC;

		lab_prepare(run, n, slot);
		ret = lab_transfer(run, n, slot);
		if (!ret)
			ret = lab_check(run, n, slot);
		if (ret)
			return ret;
	}
	return 0;
}

/* The memory side of a slave channel is what tells its direction */
static bool lab_filter(struct dma_chan *chan, void *param)
{
	enum dma_transfer_direction *dir = param;
	struct dma_slave_caps caps = {};

	if (strcmp(dev_name(chan->device->dev), "dw-ep-lab"))
		return false;
	return !dma_get_slave_caps(chan, &caps) && caps.directions & BIT(*dir);
}

/* Memory stays the caller's to free, so that nobody else's is read */
static int lab_run_unmapped(struct lab_sg *run, struct device *dev, u32 from,
			    u32 to)
{
	int ret;

	run->mem = kmalloc(LAB_MEM_SIZE, GFP_KERNEL);
	if (!run->mem)
		return -ENOMEM;

	run->dma = dma_map_single(dev, run->mem, LAB_MEM_SIZE, DMA_TO_DEVICE);
	ret = dma_mapping_error(dev, run->dma);
	if (!ret) {
		dma_unmap_single(dev, run->dma, LAB_MEM_SIZE, DMA_TO_DEVICE);
		ret = lab_run_lists(run, from, to);
		dmaengine_terminate_sync(run->chan);
	}
	kfree(run->mem);
	return ret;
}

static int lab_run_mapped(struct lab_sg *run, struct device *dev, u32 from,
			  u32 to)
{
	int ret;

	run->mem = dma_alloc_coherent(dev, LAB_MEM_SIZE, &run->dma, GFP_KERNEL);
	if (!run->mem)
		return -ENOMEM;

	ret = lab_run_lists(run, from, to);
	dmaengine_terminate_sync(run->chan);
	dma_free_coherent(dev, LAB_MEM_SIZE, run->mem, run->dma);
	return ret;
}

static int lab_run(struct lab_sg *run, u32 from, u32 to)
{
	struct device *dev;
	dma_cap_mask_t mask;
	int ret;

	dma_cap_zero(mask);
	dma_cap_set(DMA_SLAVE, mask);
	run->chan = dma_request_channel(mask, lab_filter, &run->dir);
	if (!run->chan)
		return -ENODEV;

	dev = dmaengine_get_dma_device(run->chan);
	init_completion(&run->done);
	if (run->unmapped)
		ret = lab_run_unmapped(run, dev, from, to);
	else
		ret = lab_run_mapped(run, dev, from, to);
	dma_release_channel(run->chan);
	return ret;
}

static ssize_t lab_cmd_write(struct file *file, const char __user *user,
			     size_t count, loff_t *ppos)
{
	struct lab_sg *run __free(kfree) = kzalloc_obj(*run);
	char line[96], verb[12];
	u32 from, to;
	int ret;

	if (!run)
		return -ENOMEM;
	if (count >= sizeof(line))
		return -E2BIG;
	if (copy_from_user(line, user, count))
		return -EFAULT;
	line[count] = '\0';

	if (sscanf(line, "%11s %llx %x %u %u %u", verb, &run->host, &run->size,
		   &run->seed, &from, &to) != 6 ||
	    !from || from > to || to > LAB_SG_MAX_NENTS ||
	    run->size < LAB_SG_GUARD)
		return -EINVAL;

	if (!strcmp(verb, "read"))
		run->dir = DMA_DEV_TO_MEM;
	else if (!strcmp(verb, "write") || !strcmp(verb, "unmapped"))
		run->dir = DMA_MEM_TO_DEV;
	else
		return -EINVAL;
	run->unmapped = !strcmp(verb, "unmapped");

	guard(mutex)(&lab_lock);
	ret = lab_run(run, from, to);
	return ret ?: count;
}

static const struct file_operations lab_cmd_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = lab_cmd_write,
};

static int __init lab_init(void)
{
	lab_dir = debugfs_create_dir("dw-ep-lab-sg", NULL);
	debugfs_create_file("cmd", 0200, lab_dir, NULL, &lab_cmd_fops);
	return 0;
}
module_init(lab_init);

static void __exit lab_exit(void)
{
	debugfs_remove(lab_dir);
}
module_exit(lab_exit);

MODULE_DESCRIPTION("Scatterlist test of the endpoint's own DMA channels");
MODULE_LICENSE("GPL");
