// SPDX-License-Identifier: GPL-2.0
/*
 * Glue for the emulated DesignWare endpoint controller of the lab
 *
 * On a SoC the device tree tells pcie-designware-ep where its registers are.
 * In the lab the controller is a PCI device of the endpoint's virtual machine,
 * and what a device tree would say stands in a read-only control page of its
 * BAR 0. Two small drivers put the one in the place of the other:
 *
 * - the PCI driver reads the control page once and creates a platform device
 *   whose memory and interrupt resources carry the names that
 *   pcie-designware-ep looks up. It doesn't request the BARs: the resources of
 *   the child nest below them, and the child requests them;
 * - the platform driver is an ordinary DesignWare endpoint glue: link control,
 *   link events, PERST#, features.
 *
 * The child is gone before the board description it points to: both belong to
 * the PCI device, whose remove() unregisters the child first.
 *
 * As with every endpoint controller of the base kernel, functions must be
 * unlinked in configfs before the controller goes away.
 *
 * Test only, never part of a product kernel.
 */

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-epc.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "pcie-designware.h"

#include "../model/regmap.h"

#define LAB_NAME		"dw-ep-lab"

static bool no_dma_irqs;
module_param(no_dma_irqs, bool, 0444);
MODULE_PARM_DESC(no_dma_irqs,
		 "no interrupts for the DMA engine: its driver does not probe");

/* Each channel may have an interrupt line of its own */
#define LAB_MAX_DMA_IRQS	(2 * MAX_CHANS)

/* dbi, dbi2, atu, dma, addr_space; the DMA lines; the link event line */
#define LAB_MAX_RESOURCES	(5 + LAB_MAX_DMA_IRQS + 1)

/**
 * struct lab_board - the board as its control page describes it
 * @ctl: the control page
 * @child: the platform device that is the endpoint controller
 * @functions: number of physical functions
 * @dma_format: register layout of the DMA engine
 * @dma_wr: number of write channels
 * @dma_rd: number of read channels
 * @dma_irqs: number of DMA interrupt lines, 1 or one for each channel
 * @dma_map: memory as the controller sees it; the child gets a copy
 * @features: what the endpoint controller core is told
 * @rsvd: the DMA registers behind a reserved BAR, for boards that have one
 * @nr_res: number of entries used in @res
 * @res: resources of @child
 * @irq_name: names of the DMA interrupt lines in @res
 */
struct lab_board {
	void __iomem			*ctl;
	struct platform_device		*child;
	u32				functions;
	u32				dma_format;
	u32				dma_wr;
	u32				dma_rd;
	u32				dma_irqs;
	struct bus_dma_region		dma_map[4];
	struct pci_epc_features		features;
	struct pci_epc_bar_rsvd_region	rsvd;
	unsigned int			nr_res;
	struct resource			res[LAB_MAX_RESOURCES];
	char				irq_name[LAB_MAX_DMA_IRQS][16];
};

/**
 * struct lab_ep - the endpoint controller
 * @pci: the DesignWare core's part
 * @board: the description, owned by the parent PCI device
 * @link_irq: link event interrupt, 0 on boards that have none
 * @link_lock: makes one of @started and the register that follows it
 * @started: link training is wanted, also after the next PERST#
 */
struct lab_ep {
	struct dw_pcie		pci;
	const struct lab_board	*board;
	int			link_irq;
	struct mutex		link_lock;
	bool			started;
};

static struct lab_ep *to_lab_ep(struct dw_pcie *pci)
{
	return container_of(pci, struct lab_ep, pci);
}

/* The endpoint controller */

static bool lab_link_up(struct dw_pcie *pci)
{
	struct lab_ep *lab = to_lab_ep(pci);

	return readl(lab->board->ctl + CTL_LINK_STATUS) & CTL_LINK_IS_UP;
}

static void lab_train(struct lab_ep *lab)
{
	writel(lab->started ? CTL_LTSSM_ENABLE : 0,
	       lab->board->ctl + CTL_LINK_CTRL);
}

static int lab_start_link(struct dw_pcie *pci)
{
	struct lab_ep *lab = to_lab_ep(pci);

	guard(mutex)(&lab->link_lock);
	lab->started = true;
	lab_train(lab);
	return 0;
}

static void lab_stop_link(struct dw_pcie *pci)
{
	struct lab_ep *lab = to_lab_ep(pci);

	guard(mutex)(&lab->link_lock);
	lab->started = false;
	lab_train(lab);
}

static const struct dw_pcie_ops lab_pcie_ops = {
	.link_up = lab_link_up,
	.start_link = lab_start_link,
	.stop_link = lab_stop_link,
};

static int lab_raise_irq(struct dw_pcie_ep *ep, u8 func_no, unsigned int type,
			 u16 interrupt_num)
{
	switch (type) {
	case PCI_IRQ_INTX:
		return dw_pcie_ep_raise_intx_irq(ep, func_no);
	case PCI_IRQ_MSI:
		return dw_pcie_ep_raise_msi_irq(ep, func_no, interrupt_num);
	case PCI_IRQ_MSIX:
		return dw_pcie_ep_raise_msix_irq(ep, func_no, interrupt_num);
	default:
		return -EINVAL;
	}
}

static const struct pci_epc_features *lab_get_features(struct dw_pcie_ep *ep)
{
	return &to_lab_ep(to_dw_pcie_from_ep(ep))->board->features;
}

static unsigned int lab_func_offset(struct dw_pcie_ep *ep, u8 func_no)
{
	return func_no * REG_FUNC_STRIDE;
}

static const struct dw_pcie_ep_ops lab_ep_ops = {
	.raise_irq = lab_raise_irq,
	.get_features = lab_get_features,
	.get_dbi_offset = lab_func_offset,
	.get_dbi2_offset = lab_func_offset,
};

/*
 * The host held the controller in reset: its registers have to be set up again,
 * and what functions wrote to them is lost. The order is that of the glue
 * drivers of SoCs that hear of PERST#.
 */
static void lab_perst(struct lab_ep *lab)
{
	struct dw_pcie_ep *ep = &lab->pci.ep;
	int ret;

	pci_epc_deinit_notify(ep->epc);
	dw_pcie_ep_cleanup(ep);

	ret = dw_pcie_ep_init_registers(ep);
	if (ret) {
		dev_err(lab->pci.dev, "endpoint register init failed: %d\n",
			ret);
		return;
	}

	pci_epc_init_notify(ep->epc);

	guard(mutex)(&lab->link_lock);
	lab_train(lab);
}

static irqreturn_t lab_link_event(int irq, void *data)
{
	struct lab_ep *lab = data;
	void __iomem *reg = lab->board->ctl + CTL_EVENTS;
	u32 events = readl(reg);

	if (!events)
		return IRQ_NONE;

	writel(events, reg);

	/* The link stays down until this is done */
	if (events & EVENT_PERST)
		lab_perst(lab);

	/*
	 * Both may be latched when the link bounced before this thread ran.
	 * Down is told first: what counts is the state that the link has now.
	 */
	if (events & (EVENT_LINK_DOWN | EVENT_HOT_RESET))
		dw_pcie_ep_linkdown(&lab->pci.ep);
	if (events & EVENT_LINK_UP && lab_link_up(&lab->pci))
		dw_pcie_ep_linkup(&lab->pci.ep);

	return IRQ_HANDLED;
}

static int lab_ep_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const struct lab_board *board = dev_get_drvdata(dev->parent);
	struct dw_pcie_ep *ep;
	struct lab_ep *lab;
	int ret;

	lab = devm_kzalloc(dev, sizeof(*lab), GFP_KERNEL);
	if (!lab)
		return -ENOMEM;

	/* Belongs to the driver core, which frees it at unbind */
	dev->dma_range_map = kmemdup(board->dma_map, sizeof(board->dma_map),
				     GFP_KERNEL);
	if (!dev->dma_range_map)
		return -ENOMEM;

	lab->board = board;
	mutex_init(&lab->link_lock);
	lab->pci.dev = dev;
	lab->pci.ops = &lab_pcie_ops;
	lab->pci.edma.mf = board->dma_format;
	/* HDMA native has no register that tells; others are read and agree */
	lab->pci.edma.ll_wr_cnt = board->dma_wr;
	lab->pci.edma.ll_rd_cnt = board->dma_rd;
	platform_set_drvdata(pdev, lab);

	ep = &lab->pci.ep;
	ep->ops = &lab_ep_ops;
	ep->page_size = board->features.align;

	ret = dw_pcie_ep_init(ep);
	if (ret)
		return dev_err_probe(dev, ret, "endpoint init failed\n");

	ep->epc->max_functions = board->functions;

	/* Whatever happened before, the registers are set up from here on */
	writel(U32_MAX, board->ctl + CTL_EVENTS);

	ret = dw_pcie_ep_init_registers(ep);
	if (ret) {
		dev_err_probe(dev, ret, "endpoint register init failed\n");
		goto err_deinit;
	}

	if (board->features.linkup_notifier) {
		lab->link_irq = platform_get_irq_byname(pdev, "link");
		if (lab->link_irq < 0) {
			ret = lab->link_irq;
			goto err_deinit;
		}
		ret = request_threaded_irq(lab->link_irq, NULL, lab_link_event,
					   IRQF_ONESHOT | IRQF_NO_AUTOEN,
					   dev_name(dev), lab);
		if (ret) {
			dev_err_probe(dev, ret, "no link event interrupt\n");
			goto err_deinit;
		}
	}

	pci_epc_init_notify(ep->epc);

	/* PERST# takes back what this has told */
	if (lab->link_irq)
		enable_irq(lab->link_irq);
	return 0;

err_deinit:
	dw_pcie_ep_deinit(ep);
	return ret;
}

static void lab_ep_remove(struct platform_device *pdev)
{
	struct lab_ep *lab = platform_get_drvdata(pdev);

	if (lab->link_irq)
		free_irq(lab->link_irq, lab);
	lab_stop_link(&lab->pci);
	pci_epc_deinit_notify(lab->pci.ep.epc);
	dw_pcie_ep_deinit(&lab->pci.ep);
}

static struct platform_driver lab_ep_driver = {
	.probe = lab_ep_probe,
	.remove = lab_ep_remove,
	.driver.name = LAB_NAME,
};

/* The board */

static int lab_add_mem(struct pci_dev *pdev, struct lab_board *board,
		       const char *name, unsigned int region)
{
	u32 offset = readl(board->ctl + region);
	u32 size = readl(board->ctl + region + 4);
	resource_size_t len = pci_resource_len(pdev, EP_REG_BAR);

	if (!size || offset >= len || size > len - offset)
		return dev_err_probe(&pdev->dev, -EINVAL,
				     "%s registers %#x+%#x are outside BAR %d\n",
				     name, offset, size, EP_REG_BAR);

	board->res[board->nr_res++] =
		DEFINE_RES_MEM_NAMED(pci_resource_start(pdev, EP_REG_BAR) +
				     offset, size, name);
	return 0;
}

static void lab_add_irq(struct pci_dev *pdev, struct lab_board *board,
			const char *name, unsigned int vector)
{
	board->res[board->nr_res++] =
		DEFINE_RES_IRQ_NAMED(pci_irq_vector(pdev, vector), name);
}

static int lab_read_bar(struct device *dev, struct lab_board *board,
			unsigned int bar)
{
	struct pci_epc_bar_desc *desc = &board->features.bar[bar];
	u32 type = readl(board->ctl + CTL_BAR(bar));

	desc->type = FIELD_GET(CTL_BAR_TYPE, type);
	desc->only_64bit = type & CTL_BAR_ONLY_64BIT;
	if (desc->type > BAR_DISABLED)
		return dev_err_probe(dev, -EINVAL, "BAR %u has unknown type %u\n",
				     bar, desc->type);

	if (desc->type == BAR_FIXED)
		desc->fixed_size = readl(board->ctl + CTL_BAR_SIZE(bar));
	return 0;
}

static int lab_read_rsvd(struct device *dev, struct lab_board *board)
{
	u32 bar = readl(board->ctl + CTL_RSVD_BAR);
	struct pci_epc_bar_desc *desc;

	if (bar == CTL_RSVD_NONE)
		return 0;
	if (bar >= PCI_STD_NUM_BARS ||
	    board->features.bar[bar].type != BAR_RESERVED)
		return dev_err_probe(dev, -EINVAL,
				     "DMA registers in BAR %u, which isn't reserved\n",
				     bar);

	board->rsvd.type = PCI_EPC_BAR_RSVD_DMA_CTRL_MMIO;
	board->rsvd.offset = readl(board->ctl + CTL_RSVD_OFFSET);
	board->rsvd.size = readl(board->ctl + CTL_RSVD_SIZE);

	desc = &board->features.bar[bar];
	desc->nr_rsvd_regions = 1;
	desc->rsvd_regions = &board->rsvd;
	return 0;
}

static int lab_read_features(struct device *dev, struct lab_board *board)
{
	struct pci_epc_features *features = &board->features;
	u32 flags = readl(board->ctl + CTL_FEATURES);
	unsigned int bar;
	int ret;

	features->align = readl(board->ctl + CTL_ALIGN);
	features->msi_capable = !!(flags & FEAT_MSI);
	features->msix_capable = !!(flags & FEAT_MSIX);
	features->linkup_notifier = !!(flags & FEAT_LINKUP);
	features->dynamic_inbound_mapping = !!(flags & FEAT_SUBRANGE);
	features->subrange_mapping = !!(flags & FEAT_SUBRANGE);

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		ret = lab_read_bar(dev, board, bar);
		if (ret)
			return ret;
	}

	return lab_read_rsvd(dev, board);
}

static int lab_read_board(struct device *dev, struct lab_board *board)
{
	u32 magic = readl(board->ctl + CTL_MAGIC);
	u32 version = readl(board->ctl + CTL_VERSION);
	u32 channels;

	if (magic != CTL_MAGIC_VALUE || version != CTL_VERSION_VALUE)
		return dev_err_probe(dev, -ENODEV,
				     "control page has magic %#x version %u, wanted %#x version %u\n",
				     magic, version, CTL_MAGIC_VALUE,
				     CTL_VERSION_VALUE);

	board->functions = readl(board->ctl + CTL_FUNCTIONS);
	if (!board->functions || board->functions > MAX_FUNCS)
		return dev_err_probe(dev, -EINVAL, "%u functions, at most %d\n",
				     board->functions, MAX_FUNCS);

	board->dma_format = readl(board->ctl + CTL_DMA_FORMAT);
	channels = readl(board->ctl + CTL_CHANNELS);
	board->dma_wr = FIELD_GET(CTL_CHANNELS_WR, channels);
	board->dma_rd = FIELD_GET(CTL_CHANNELS_RD, channels);
	board->dma_irqs = readl(board->ctl + CTL_DMA_IRQS);
	if (!board->dma_irqs || board->dma_irqs > LAB_MAX_DMA_IRQS)
		return dev_err_probe(dev, -EINVAL,
				     "%u DMA interrupt lines, at most %d\n",
				     board->dma_irqs, LAB_MAX_DMA_IRQS);

	return lab_read_features(dev, board);
}

/*
 * What "dma-ranges" says on a SoC whose controller sees memory elsewhere than
 * the CPU does: the registers and the outbound window where they are, all else
 * below the window further up.
 */
static void lab_map_dma(struct pci_dev *pdev, struct lab_board *board)
{
	static const int bars[] = { EP_REG_BAR, EP_OUT_BAR };
	struct bus_dma_region *map = board->dma_map;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bars); i++, map++) {
		map->cpu_start = pci_resource_start(pdev, bars[i]);
		map->dma_start = map->cpu_start;
		map->size = pci_resource_len(pdev, bars[i]);
	}
	map->dma_start = readl(board->ctl + CTL_DMA_RAM_OFFSET) |
		(u64)readl(board->ctl + CTL_DMA_RAM_OFFSET + 4) << 32;
	map->size = pci_resource_start(pdev, EP_OUT_BAR);
}

static int lab_find_memory(struct pci_dev *pdev, struct lab_board *board)
{
	static const struct {
		const char *name;
		unsigned int region;
	} mem[] = {
		{ "dbi", CTL_DBI_OFFSET },
		{ "dbi2", CTL_DBI2_OFFSET },
		{ "atu", CTL_ATU_OFFSET },
		{ "dma", CTL_DMA_OFFSET },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(mem); i++) {
		ret = lab_add_mem(pdev, board, mem[i].name, mem[i].region);
		if (ret)
			return ret;
	}

	board->res[board->nr_res++] =
		DEFINE_RES_MEM_NAMED(pci_resource_start(pdev, EP_OUT_BAR),
				     pci_resource_len(pdev, EP_OUT_BAR),
				     "addr_space");
	return 0;
}

static int lab_find_irqs(struct pci_dev *pdev, struct lab_board *board)
{
	/*
	 * A power of two, because the ITS driver of the base allocates one
	 * and then frees vector by vector: it would keep, and complain about,
	 * what lies between.
	 */
	unsigned int wanted = roundup_pow_of_two(board->dma_irqs + 1);
	unsigned int i;
	int ret;

	ret = pci_alloc_irq_vectors(pdev, wanted, wanted, PCI_IRQ_MSI);
	if (ret < 0)
		return dev_err_probe(&pdev->dev, ret,
				     "needs %u MSI vectors\n", wanted);

	for (i = 0; i < board->dma_irqs && !no_dma_irqs; i++) {
		if (board->dma_irqs == 1)
			strscpy(board->irq_name[i], "dma");
		else
			snprintf(board->irq_name[i], sizeof(board->irq_name[i]),
				 "dma%u", i);
		lab_add_irq(pdev, board, board->irq_name[i], i);
	}
	lab_add_irq(pdev, board, "link", board->dma_irqs);
	return 0;
}

static int lab_add_child(struct pci_dev *pdev, struct lab_board *board)
{
	struct platform_device *child;
	int ret;

	/* One controller a machine, so the name needs no number */
	child = platform_device_alloc(LAB_NAME, PLATFORM_DEVID_NONE);
	if (!child)
		return -ENOMEM;

	child->dev.parent = &pdev->dev;
	/* No firmware node tells the child that its parent's DMA is coherent */
	dev_assign_dma_coherent(&child->dev, dev_dma_coherent(&pdev->dev));
	ret = dma_coerce_mask_and_coherent(&child->dev, DMA_BIT_MASK(64));
	if (ret)
		goto err_put;

	ret = platform_device_add_resources(child, board->res, board->nr_res);
	if (ret)
		goto err_put;

	ret = platform_device_add(child);
	if (ret)
		goto err_put;

	board->child = child;
	return 0;

err_put:
	platform_device_put(child);
	return ret;
}

static int lab_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev = &pdev->dev;
	struct lab_board *board;
	int ret;

	board = devm_kzalloc(dev, sizeof(*board), GFP_KERNEL);
	if (!board)
		return -ENOMEM;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;

	if (pci_resource_len(pdev, EP_REG_BAR) < REG_CONTROL + REG_CONTROL_SIZE ||
	    !pci_resource_len(pdev, EP_OUT_BAR))
		return dev_err_probe(dev, -ENODEV, "BAR 0 or 2 is missing\n");

	board->ctl = devm_ioremap(dev, pci_resource_start(pdev, EP_REG_BAR) +
				  REG_CONTROL, REG_CONTROL_SIZE);
	if (!board->ctl)
		return -ENOMEM;

	ret = lab_read_board(dev, board);
	if (ret)
		return ret;

	ret = lab_find_memory(pdev, board);
	if (ret)
		return ret;

	lab_map_dma(pdev, board);
	pci_set_master(pdev);
	ret = lab_find_irqs(pdev, board);
	if (ret)
		return ret;

	pci_set_drvdata(pdev, board);
	ret = lab_add_child(pdev, board);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}

static void lab_pci_remove(struct pci_dev *pdev)
{
	struct lab_board *board = pci_get_drvdata(pdev);

	platform_device_unregister(board->child);
	pci_free_irq_vectors(pdev);
	pci_clear_master(pdev);
}

static const struct pci_device_id lab_pci_ids[] = {
	{ PCI_DEVICE(EP_VENDOR_ID, EP_DEVICE_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, lab_pci_ids);

static struct pci_driver lab_pci_driver = {
	.name = LAB_NAME "-board",
	.id_table = lab_pci_ids,
	.probe = lab_pci_probe,
	.remove = lab_pci_remove,
};

static int __init lab_init(void)
{
	int ret;

	ret = platform_driver_register(&lab_ep_driver);
	if (ret)
		return ret;

	ret = pci_register_driver(&lab_pci_driver);
	if (ret)
		platform_driver_unregister(&lab_ep_driver);
	return ret;
}
module_init(lab_init);

static void __exit lab_exit(void)
{
	pci_unregister_driver(&lab_pci_driver);
	platform_driver_unregister(&lab_ep_driver);
}
module_exit(lab_exit);

MODULE_DESCRIPTION("Glue for the lab's emulated DesignWare endpoint controller");
MODULE_LICENSE("GPL");
