// SPDX-License-Identifier: GPL-2.0
/*
 * Synopsys DesignWare eDMA: hand channels over to the host and take them back
 *
 * An endpoint's own instance (DW_EDMA_CHIP_LOCAL) drives all channels of the
 * controller. It can *delegate* one: a driver on the host then programs the
 * same registers across the link, with an instance of its own that is marked
 * DW_EDMA_CHIP_PARTIAL. *Reclaim* is the way back.
 *
 * Model
 *   A channel has one driver at any time. On a local instance the field
 *   irq_mode says who: DW_EDMA_CH_IRQ_LOCAL is this side,
 *   DW_EDMA_CH_IRQ_REMOTE is the host (dw_edma_chan_delegated()). While it is
 *   the host, this side neither prepares nor issues on the channel, and the
 *   interrupt handler leaves its status bits alone. A handler that cleared
 *   them would eat the host's completions. Its local interrupt is masked, and
 *   masked again if the host lets it through: with nobody to clear the status,
 *   the line would stay up for good.
 *
 *   The unit of stopping is what shares registers: in the unrolled and the
 *   HDMA compatibility map a direction shares the engine enable, the interrupt
 *   mask and the message address, so stopping one channel stops them all, and
 *   they come back together. In the HDMA native map the unit is the channel.
 *
 *   A unit that does not stop is *stuck*: all of it counts as delegated, which
 *   keeps everybody here away from it, until an attempt to stop it succeeds. One
 *   is made when it is reclaimed again, and when somebody wants a channel of it,
 *   be it to delegate it again or to use it here. What ran here on its other
 *   channels has failed in either case (see "Stopping a channel" in
 *   dw-edma-core.c). Only removal of the instance ends the attempts.
 *
 * Lifetime
 *   The caller holds each channel by an ordinary DMAengine reference from
 *   before it is delegated until after it was reclaimed. That keeps chan->dw
 *   alive, even if the instance is removed in between. Removal must not run at
 *   the same time as these functions: the registers may go with it. The
 *   endpoint controller driver holds the lock of its EPC around both.
 *
 * Locking
 *   irq_mode and stuck change under vc.lock. The interrupt handler reads
 *   irq_mode without it, therefore delegating waits for running handlers
 *   before it returns. One vc.lock is held at a time, under stop_lock when a
 *   unit is stopped; nothing else nests.
 *   Delegate and reclaim of channels of one unit are serialised by the caller.
 *   A stuck channel that nobody holds is tried under dma_list_mutex, which
 *   removal takes before it returns.
 */

#include <linux/cleanup.h>
#include <linux/interrupt.h>
#include <linux/string_choices.h>

#include "dw-edma-core.h"

static bool dw_edma_chan_idle(struct dw_edma_chan *chan)
{
	lockdep_assert_held(&chan->vc.lock);

	return chan->status == EDMA_ST_IDLE &&
	       chan->request == EDMA_REQ_NONE &&
	       list_empty(&chan->vc.desc_submitted) &&
	       list_empty(&chan->vc.desc_issued);
}

/* Nobody here still touches the channel when this returns */
static void dw_edma_chan_let_go(struct dw_edma_chan *chan)
{
	struct dw_edma *dw = chan->dw;
	int i;

	for (i = 0; i < dw->nr_irqs; i++)
		synchronize_irq(dw->ops->irq_vector(dw->dma.dev, i));

	cancel_work_sync(&chan->irq_work);
	atomic_set(&chan->irq_pending, 0);
}

static void dw_edma_unit_stuck(struct dw_edma_chan *chan)
{
	struct dw_edma_chan *pos = NULL;

	while ((pos = dw_edma_unit_next(chan, pos)))
		scoped_guard(spinlock_irqsave, &pos->vc.lock)
			pos->irq_mode = DW_EDMA_CH_IRQ_REMOTE;

	if (!chan->stuck)
		dev_err(chan->dw->dma.dev,
			"%s channel %d does not stop and stays unusable until it does\n",
			str_write_read(chan->dir == EDMA_DIR_WRITE), chan->id);
}

static void dw_edma_unit_restore(struct dw_edma_chan *chan)
{
	struct dw_edma_chan *pos = NULL;

	while ((pos = dw_edma_unit_next(chan, pos))) {
		if (!dw_edma_chan_delegated(pos))
			continue;

		/* The host left its own messages in the interrupt registers */
		dw_edma_core_ch_config(pos);

		guard(spinlock_irqsave)(&pos->vc.lock);
		pos->irq_mode = DW_EDMA_CH_IRQ_LOCAL;
	}
}

/* Take back all delegated channels of the unit of @chan, or none */
static int dw_edma_unit_stop(struct dw_edma_chan *chan)
{
	int ret;

	guard(mutex)(&chan->dw->stop_lock);

	/* Somebody else has, and it may be in use here */
	if (!dw_edma_chan_delegated(chan))
		return 0;

	dw_edma_hold_unit(chan);

	ret = dw_edma_core_ch_quiesce(chan);
	if (ret)
		dw_edma_unit_stuck(chan);
	else
		dw_edma_unit_restore(chan);

	dw_edma_settle_unit(chan, ret ? DW_EDMA_IS_STUCK : DW_EDMA_RESTS);

	return ret;
}

/**
 * dw_edma_chan_recover() - try again to stop a channel that did not stop
 * @chan: channel of any instance, not to be used by the host any more
 *
 * Context: Process context, may sleep (up to 200 ms if the engine does not
 * stop).
 *
 * Return: 0 if this side may have the channel, -EBUSY if it was delegated and
 * not reclaimed, or the error of the core's stop operation.
 */
int dw_edma_chan_recover(struct dw_edma_chan *chan)
{
	if (!dw_edma_chan_delegated(chan))
		return 0;

	if (!chan->stuck)
		return -EBUSY;

	return dw_edma_unit_stop(chan);
}

/**
 * dw_edma_delegate_chan() - let the host drive a channel of a local instance
 * @dchan: channel of a DW_EDMA_CHIP_LOCAL instance, held by the caller, with no
 *	   descriptor submitted
 *
 * On success this side has stopped using the channel for good: prepare and
 * issue are refused, no interrupt handler looks at it, and it interrupts the
 * host only. The host must not be able to reach the registers before that. A
 * channel that did not stop when it was reclaimed is tried again.
 *
 * Context: Process context, may sleep (up to 200 ms if the engine does not
 * stop).
 *
 * Return: 0 on success, -EINVAL if the instance is not the local one,
 * -EOPNOTSUPP if the register map cannot be shared (the legacy map selects the
 * channel through one viewport register), -ENODEV if the instance was removed,
 * -EBUSY if the channel is already delegated, or if it or one that shares its
 * registers is in use here, or the error of the core's stop operation.
 */
int dw_edma_delegate_chan(struct dma_chan *dchan)
{
	struct dw_edma_chan *chan = dchan2dw_edma_chan(dchan);
	struct dw_edma_chan *pos = NULL;
	int ret;

	might_sleep();

	if (!(chan->dw->flags & DW_EDMA_CHIP_LOCAL))
		return -EINVAL;

	if (chan->dw->mf == EDMA_MF_EDMA_LEGACY)
		return -EOPNOTSUPP;

	if (chan->status == EDMA_ST_GONE)
		return -ENODEV;

	ret = dw_edma_chan_recover(chan);
	if (ret)
		return ret;

	while ((pos = dw_edma_unit_next(chan, pos))) {
		guard(spinlock_irqsave)(&pos->vc.lock);
		if (!dw_edma_chan_delegated(pos) && !dw_edma_chan_idle(pos))
			return -EBUSY;
	}

	scoped_guard(spinlock_irqsave, &chan->vc.lock) {
		if (!dw_edma_chan_idle(chan))
			return -EBUSY;
		chan->irq_mode = DW_EDMA_CH_IRQ_REMOTE;
	}

	dw_edma_core_ch_mask(chan);
	dw_edma_chan_let_go(chan);

	return 0;
}
EXPORT_SYMBOL_GPL(dw_edma_delegate_chan);

/**
 * dw_edma_reclaim_chan() - take a delegated channel back from the host
 * @dchan: channel given to dw_edma_delegate_chan(), still held by the caller
 *
 * The host must have lost its access to the registers. The channel is stopped,
 * and its registers are set up for this side again. Delegated channels that
 * share registers with @dchan come back with it.
 *
 * A channel that does not stop stays delegated, so that nobody here can get it;
 * this is said once. The next call for the first channel of the unit tries
 * again.
 *
 * Context: Process context, may sleep (up to 200 ms if the engine does not
 * stop).
 *
 * Return: 0 on success and if the channel is not delegated, -EINVAL if the
 * instance is not the local one, -ENODEV if it was removed, which has stopped
 * the channel, -EIO if it was removed and the channel not stopped or if another
 * channel of the unit was found stuck before, or the error of the core's stop
 * operation.
 */
int dw_edma_reclaim_chan(struct dma_chan *dchan)
{
	struct dw_edma_chan *chan = dchan2dw_edma_chan(dchan);

	might_sleep();

	if (!(chan->dw->flags & DW_EDMA_CHIP_LOCAL))
		return -EINVAL;

	if (chan->status == EDMA_ST_GONE)
		return chan->stuck ? -EIO : -ENODEV;

	if (!dw_edma_chan_delegated(chan))
		return 0;

	/* Once a unit is enough */
	if (chan->stuck && chan != dw_edma_unit_next(chan, NULL))
		return -EIO;

	return dw_edma_unit_stop(chan);
}
EXPORT_SYMBOL_GPL(dw_edma_reclaim_chan);
