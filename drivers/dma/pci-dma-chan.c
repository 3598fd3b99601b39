// SPDX-License-Identifier: GPL-2.0
/*
 * DMA channels of a PCI function, by direction and number
 *
 * A capability mask is no way to name a channel: every engine of a kind answers
 * to it. Where the engine sits in a PCI function, a client that knows the
 * function knows what it wants: "read channel 1 of that device". The drivers of
 * such engines register here as providers, clients look channels up.
 *
 * Lifetime
 *   A provider is registered from after its DMAengine device was registered
 *   until before it is unregistered. While it is on the list, its channels
 *   exist; a client's DMAengine reference then keeps the one it got.
 *
 * Locking
 *   providers_lock covers the list and whatever is done with an entry. The
 *   DMAengine core takes its own lock inside.
 */

#include <linux/cleanup.h>
#include <linux/dma/pci-dma-chan.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "dmaengine.h"

struct provider {
	struct list_head node;		/* in providers */
	struct dma_device *dma;
	phys_addr_t scratch_addr;	/* in the words of the engine */
	size_t scratch_size;		/* 0 = none */
};

static DEFINE_MUTEX(providers_lock);
static LIST_HEAD(providers);

static struct provider *find_by_dma(const struct dma_device *dma)
{
	struct provider *p;

	lockdep_assert_held(&providers_lock);

	list_for_each_entry(p, &providers, node)
		if (p->dma == dma)
			return p;

	return NULL;
}

static struct provider *find_by_dev(const struct device *dev)
{
	struct provider *p;

	lockdep_assert_held(&providers_lock);

	list_for_each_entry(p, &providers, node)
		if (p->dma->dev == dev)
			return p;

	return NULL;
}

static bool chan_moves(struct dma_chan *chan, enum dma_transfer_direction dir)
{
	struct dma_slave_caps caps;

	return !dma_get_slave_caps(chan, &caps) &&
	       caps.directions & BIT(dir);
}

static struct dma_chan *nth_chan(struct dma_device *dma,
				 enum dma_transfer_direction dir,
				 unsigned int index)
{
	struct dma_chan *chan;

	list_for_each_entry(chan, &dma->channels, device_node)
		if (chan_moves(chan, dir) && !index--)
			return chan;

	return NULL;
}

/**
 * dma_request_pci_chan() - request the Nth channel of a PCI function
 * @pdev: function that the engine belongs to
 * @dir: which way the channel shall move data, seen from this machine:
 *	 DMA_MEM_TO_DEV or DMA_DEV_TO_MEM
 * @index: number of the channel among those of that direction, from 0, in the
 *	   order in which the hardware numbers them
 *
 * The channel is exclusive to the caller until dma_release_channel(). It stays
 * usable as long as the driver of @pdev is bound; after that its transfers end
 * with an error and nothing new can be prepared.
 *
 * Context: Process context, may sleep. The lock of @pdev may be held.
 *
 * Return: the channel, or ERR_PTR: -EINVAL for another @dir, -ENODEV if @pdev
 * has no such channel or no driver that offers it, -EBUSY if somebody holds it.
 * Never -EPROBE_DEFER: who may bind @pdev, and when, is not known here.
 */
struct dma_chan *dma_request_pci_chan(struct pci_dev *pdev,
				      enum dma_transfer_direction dir,
				      unsigned int index)
{
	struct dma_chan *chan;
	struct provider *p;

	if (dir != DMA_MEM_TO_DEV && dir != DMA_DEV_TO_MEM)
		return ERR_PTR(-EINVAL);

	guard(mutex)(&providers_lock);

	p = find_by_dev(&pdev->dev);
	if (!p)
		return ERR_PTR(-ENODEV);

	chan = nth_chan(p->dma, dir, index);
	if (!chan)
		return ERR_PTR(-ENODEV);

	return dma_get_slave_channel(chan) ?: ERR_PTR(-EBUSY);
}
EXPORT_SYMBOL_GPL(dma_request_pci_chan);

/**
 * dma_pci_chan_scratch() - memory at the far end that a channel may be tried on
 * @chan: channel, held by the caller
 * @addr: out, what to give as device address in struct dma_slave_config
 * @size: out, bytes, not 0
 *
 * Some devices set memory aside for bring-up and tests. Channels of one device
 * share it, and so do all who hold one.
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, or -ENODEV if the device offers none or has gone.
 */
int dma_pci_chan_scratch(struct dma_chan *chan, phys_addr_t *addr,
			 size_t *size)
{
	struct provider *p;

	guard(mutex)(&providers_lock);

	p = find_by_dma(chan->device);
	if (!p || !p->scratch_size)
		return -ENODEV;

	*addr = p->scratch_addr;
	*size = p->scratch_size;

	return 0;
}
EXPORT_SYMBOL_GPL(dma_pci_chan_scratch);

/**
 * dma_pci_provider_add() - offer the channels of a PCI function by number
 * @dma: DMAengine device, registered, whose @dev is the PCI function
 * @scratch_addr: memory at the far end, see dma_pci_chan_scratch()
 * @scratch_size: bytes of it, 0 for none
 *
 * To be undone with dma_pci_provider_del() before @dma is unregistered.
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, -ENOMEM, or -EEXIST if the function has an engine here already.
 */
int dma_pci_provider_add(struct dma_device *dma, phys_addr_t scratch_addr,
			 size_t scratch_size)
{
	struct provider *p;

	guard(mutex)(&providers_lock);

	if (find_by_dev(dma->dev))
		return -EEXIST;

	p = kzalloc_obj(*p);
	if (!p)
		return -ENOMEM;

	p->dma = dma;
	p->scratch_addr = scratch_addr;
	p->scratch_size = scratch_size;
	list_add_tail(&p->node, &providers);

	return 0;
}
EXPORT_SYMBOL_GPL(dma_pci_provider_add);

/**
 * dma_pci_provider_del() - nobody finds these channels any more
 * @dma: DMAengine device given to dma_pci_provider_add(); no-op if it was not
 *
 * Channels that clients hold already are not affected.
 *
 * Context: Process context, may sleep.
 */
void dma_pci_provider_del(struct dma_device *dma)
{
	struct provider *p;

	guard(mutex)(&providers_lock);

	p = find_by_dma(dma);
	if (!p)
		return;

	list_del(&p->node);
	kfree(p);
}
EXPORT_SYMBOL_GPL(dma_pci_provider_del);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("DMA channels of a PCI function, by direction and number");
