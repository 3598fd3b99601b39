// SPDX-License-Identifier: GPL-2.0
/*
 * PCI endpoint DMA export: what debugfs shows in pci_ep_dma/
 *
 *	FUNCTION/state	the state of the export and the block as a host decodes
 *			it
 *	kept		memory that is not given back, because a DMA engine that
 *			did not stop may access it
 */

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "pci-ep-dma-internal.h"

static struct dentry *epdma_debugfs_root;

/* Decode what the host sees, by the code that the host uses */
static void epdma_show_block(struct seq_file *s, struct pci_ep_dma_export *exp)
{
	struct pci_ep_dma_limits limits;
	const char *field = NULL;
	int ret;

	struct pci_ep_dma_info *info __free(kfree) = kzalloc_obj(*info);
	void *copy __free(kfree) = kmemdup(exp->block, exp->block_size,
					   GFP_KERNEL);
	if (!info || !copy)
		return;

	epdma_fill_limits(exp, &limits);
	ret = pci_ep_dma_parse(copy, exp->block_size, &limits, info, &field);
	if (ret)
		seq_printf(s, "block: refused by the parser (%d): %s\n", ret,
			   field);
	else
		pci_ep_dma_show(s, info);
}

static int epdma_state_show(struct seq_file *s, void *unused)
{
	struct pci_ep_dma_export *exp = s->private;

	guard(mutex)(&exp->lock);

	seq_printf(s, "state: %s\n", epdma_state_name(exp->state));
	seq_printf(s, "channels: %s\n", exp->delegated ? "handed over" :
		   exp->stuck ? "do not stop" : "on this side");
	seq_printf(s, "token: %#x\n", exp->token);
	seq_printf(s, "requests: %lu\n", exp->nr_requests);
	seq_printf(s, "repairs: %lu\n", exp->nr_repairs);
	seq_printf(s, "watch: %s%s\n",
		   exp->doorbell.irq ? "doorbell" : "polling",
		   exp->doorbell.is_parked ? ", parked" : "");
	if (exp->block)
		epdma_show_block(s, exp);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(epdma_state);

static int epdma_kept_show(struct seq_file *s, void *unused)
{
	struct epdma_kept *kept;

	guard(mutex)(&epdma_kept_lock);

	list_for_each_entry(kept, &epdma_kept_list, node)
		seq_printf(s, "%s: %zu bytes at %pad\n", kept->name, kept->size,
			   &kept->engine);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(epdma_kept);

void epdma_debugfs_add(struct pci_ep_dma_export *exp)
{
	exp->debugfs = debugfs_create_dir(dev_name(epdma_dev(exp)),
					  epdma_debugfs_root);
	debugfs_create_file("state", 0400, exp->debugfs, exp,
			    &epdma_state_fops);
}

/* Waits for readers, which take export->lock */
void epdma_debugfs_remove(struct pci_ep_dma_export *exp)
{
	lockdep_assert_not_held(&exp->lock);

	debugfs_remove_recursive(exp->debugfs);
}

void epdma_debugfs_init(void)
{
	epdma_debugfs_root = debugfs_create_dir("pci_ep_dma", NULL);
	debugfs_create_file("kept", 0400, epdma_debugfs_root, NULL,
			    &epdma_kept_fops);
}

void epdma_debugfs_exit(void)
{
	debugfs_remove_recursive(epdma_debugfs_root);
}
