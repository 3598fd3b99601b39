// SPDX-License-Identifier: GPL-2.0
/*
 * PCI endpoint DMA export: the doorbell
 *
 * With a doorbell a request is seen at once, without one at the next poll. The
 * register that rings is in a BAR anyway, or a BAR that is left over is pointed
 * at its page.
 */

#include <linux/interrupt.h>
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
	epdma_kick(data);

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

void epdma_close_doorbell(struct pci_ep_dma_export *exp)
{
	struct epdma_doorbell *db = &exp->doorbell;

	if (db->irq)
		free_irq(db->irq, exp);

	if (db->bar_is_ours) {
		epdma_clear_bar(exp, db->bar);
		memset(epdma_bar(exp, db->bar), 0, sizeof(struct pci_epf_bar));
	}

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

	ret = epdma_try_doorbell(exp);
	if (ret) {
		epdma_close_doorbell(exp);
		dev_info(epdma_dev(exp),
			 "no doorbell (%d), looking for requests every %d ms\n",
			 ret, EPDMA_POLL_MS);
	}
}
