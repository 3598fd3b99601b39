// SPDX-License-Identifier: GPL-2.0
/*
 * PCI endpoint DMA export: the doorbell
 *
 * With a doorbell a request is seen at once, without one at the next poll. The
 * register that rings is in a BAR anyway, or a BAR that is left over is pointed
 * at its page.
 *
 * A host can ring as fast as it can write. The handler lets a few rings of each
 * poll period wake the watch; with the last of them the watch parks the
 * doorbell, and for a while there is polling only.
 */

#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/pci-ep-msi.h>
#include <linux/string.h>

#include "pci-ep-dma-internal.h"

/*
 * An emulated doorbell rings on every interrupt of the DMA controller too. It
 * is handled either way: calling those rings spurious would have the interrupt
 * disabled.
 */
static irqreturn_t epdma_doorbell_handler(int irq, void *data)
{
	struct pci_ep_dma_export *exp = data;

	if (atomic_add_unless(&exp->doorbell.rings, 1, EPDMA_MAX_RINGS))
		epdma_kick(exp);

	return IRQ_HANDLED;
}

/* Point a BAR that is left over to the page with @addr */
static int epdma_map_doorbell(struct pci_ep_dma_export *exp, u64 addr)
{
	struct epdma_doorbell *db = &exp->doorbell;
	enum pci_barno i;
	int ret;

	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++) {
		struct pci_epf_bar *bar = epdma_bar(exp, i);

		if (test_bit(i, exp->used_bars) ||
		    epdma_check_bar(exp, i, sizeof(u32)))
			continue;

		ret = pci_epf_assign_bar_space(exp->epf, sizeof(u32), i,
					       exp->features,
					       PRIMARY_INTERFACE, addr);
		/* No more may show through than the page of the doorbell */
		if (!ret && bar->size <= epdma_granule(exp))
			ret = epdma_set_bar(exp, bar);
		else if (!ret)
			ret = -ENOSPC;

		if (!ret) {
			epdma_use_bar(exp, i);
			db->bar = i;
			db->offset = addr - bar->phys_addr;
			db->bar_is_ours = true;
			return 0;
		}
		memset(bar, 0, sizeof(*bar));
	}

	return -ENOSPC;
}

/*
 * A doorbell that is part of the DMA controller shows some of its registers.
 * With the memory behind the window BAR in its place a host can start nothing.
 * Clearing the BAR would take the address from it that the host has assigned.
 *
 * Without a window BAR the registers are in a reserved BAR, where they stay
 * whatever is done here, and the doorbell of such a controller is there, too.
 */
void epdma_park_doorbell(struct pci_ep_dma_export *exp)
{
	struct epdma_doorbell *db = &exp->doorbell;

	lockdep_assert_held(&exp->lock);

	if (!db->bar_is_ours || exp->window_bar == NO_BAR)
		return;

	db->parked = *epdma_bar(exp, db->bar);
	db->parked.phys_addr = epdma_bar(exp, exp->window_bar)->phys_addr;
	db->is_parked = true;

	/* If this fails the BAR shows nothing, which is as good */
	epdma_set_bar(exp, &db->parked);
}

/* Called with each look of the watch: no more rings than it takes to ask */
void epdma_count_rings(struct pci_ep_dma_export *exp)
{
	struct epdma_doorbell *db = &exp->doorbell;
	u64 now = get_jiffies_64();

	lockdep_assert_held(&exp->lock);

	if (!db->irq)
		return;

	if (atomic_read(&db->rings) == EPDMA_MAX_RINGS) {
		db->deaf_until = now + msecs_to_jiffies(EPDMA_DEAF_MS);
		if (!db->is_parked)
			epdma_park_doorbell(exp);
	}

	if (time_before64(now, db->count_until))
		return;
	db->count_until = now + msecs_to_jiffies(EPDMA_POLL_MS);
	atomic_set(&db->rings, 0);
}

/*
 * Back to the doorbell, if it is parked, the channels are the host's, and the
 * host has not rung too often.
 */
int epdma_unpark_doorbell(struct pci_ep_dma_export *exp)
{
	struct epdma_doorbell *db = &exp->doorbell;
	int ret;

	lockdep_assert_held(&exp->lock);

	if (!db->is_parked || !exp->delegated ||
	    time_before64(get_jiffies_64(), db->deaf_until))
		return 0;

	ret = epdma_set_bar(exp, epdma_bar(exp, db->bar));
	if (ret)
		return ret;

	/* A host that rang meanwhile was not heard */
	db->is_parked = false;
	epdma_kick(exp);

	return 0;
}

void epdma_close_doorbell(struct pci_ep_dma_export *exp)
{
	struct epdma_doorbell *db = &exp->doorbell;

	if (db->irq)
		free_irq(db->irq, exp);

	if (db->bar_is_ours) {
		epdma_clear_bar(exp, db->bar);
		memset(epdma_bar(exp, db->bar), 0, sizeof(struct pci_epf_bar));
	}

	if (db->is_ours)
		pci_epf_free_doorbell(exp->epf);
	*db = (struct epdma_doorbell) { .bar = NO_BAR };
}

static int epdma_try_doorbell(struct pci_ep_dma_export *exp)
{
	struct epdma_doorbell *db = &exp->doorbell;
	struct pci_epf_doorbell_msg *msg;
	int ret;

	ret = pci_epf_alloc_doorbell(exp->epf, 1);
	if (ret)
		return ret;
	db->is_ours = true;

	msg = &exp->epf->db_msg[0];
	db->data = msg->msg.data;
	if (msg->bar != NO_BAR) {
		db->bar = msg->bar;
		db->offset = msg->offset;
	} else {
		ret = epdma_map_doorbell(exp, (u64)msg->msg.address_hi << 32 |
					       msg->msg.address_lo);
		if (ret)
			return ret;
	}

	ret = request_irq(msg->virq, epdma_doorbell_handler, msg->irq_flags,
			  "pci-ep-dma", exp);
	if (ret)
		return ret;

	db->irq = msg->virq;

	return 0;
}

/* A doorbell makes it quick; without one the watch polls */
void epdma_open_doorbell(struct pci_ep_dma_export *exp)
{
	int ret;

	if (exp->config.no_doorbell)
		return;

	ret = epdma_try_doorbell(exp);
	if (ret) {
		epdma_close_doorbell(exp);
		dev_info(epdma_dev(exp),
			 "no doorbell (%d), looking for requests every %d ms\n",
			 ret, EPDMA_POLL_MS);
	}
}
