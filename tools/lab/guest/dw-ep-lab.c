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
 *   link events, features.
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
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-epc.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "pcie-designware.h"

#define LAB_NAME		"dw-ep-lab"

/* BAR 0 holds all registers, BAR 2 is the outbound window */
#define LAB_REG_BAR		0
#define LAB_WINDOW_BAR		2

/* Each function has its own page of DBI and of DBI2 */
#define LAB_FUNC_STRIDE		SZ_4K

/* The control page, offsets from its start */
#define LAB_CTL_PAGE		0xf0000
#define LAB_MAGIC		0x00
#define   LAB_MAGIC_VALUE	0x4c445744
#define LAB_VERSION		0x04
#define   LAB_VERSION_VALUE	1
#define LAB_FUNCTIONS		0x08
#define LAB_DMA_FORMAT		0x0c
#define LAB_DMA_CHANNELS	0x10
#define   LAB_DMA_WR		GENMASK(15, 0)
#define   LAB_DMA_RD		GENMASK(31, 16)
#define LAB_DMA_IRQS		0x14
#define LAB_ALIGN		0x18
#define LAB_FEATURES		0x1c
#define   LAB_F_MSI		BIT(0)
#define   LAB_F_MSIX		BIT(1)
#define   LAB_F_LINKUP		BIT(2)
#define   LAB_F_SUBRANGE	BIT(3)
#define LAB_BAR_TYPE(n)		(0x20 + 8 * (n))
#define   LAB_BAR_TYPE_MASK	GENMASK(7, 0)
#define   LAB_BAR_ONLY_64BIT	BIT(8)
#define LAB_BAR_SIZE(n)		(0x24 + 8 * (n))
#define LAB_DMA_REGION		0x50
#define LAB_DBI_REGION		0x58
#define LAB_DBI2_REGION		0x60
#define LAB_ATU_REGION		0x68
#define LAB_RSVD_BAR		0x70
#define   LAB_RSVD_NONE		0xff
#define LAB_RSVD_OFFSET		0x74
#define LAB_RSVD_SIZE		0x78
#define LAB_LINK_CONTROL	0x80
#define   LAB_LTSSM_ENABLE	BIT(0)
#define LAB_LINK_STATUS		0x84
#define   LAB_LINK_UP		BIT(0)
#define LAB_EVENTS		0x88
#define   LAB_EV_LINK_UP	BIT(0)
#define   LAB_EV_LINK_DOWN	BIT(1)
#define   LAB_EV_HOT_RESET	BIT(2)

static bool no_dma_irqs;
module_param(no_dma_irqs, bool, 0444);
MODULE_PARM_DESC(no_dma_irqs,
		 "no interrupts for the DMA engine: its driver does not probe");

/* Up to 8 write and 8 read channels, each with an interrupt line of its own */
#define LAB_MAX_DMA_IRQS	16
#define LAB_MAX_FUNCTIONS	8

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
 */
struct lab_ep {
	struct dw_pcie		pci;
	const struct lab_board	*board;
	int			link_irq;
};

static struct lab_ep *to_lab_ep(struct dw_pcie *pci)
{
	return container_of(pci, struct lab_ep, pci);
}

/* The endpoint controller */

static bool lab_link_up(struct dw_pcie *pci)
{
	struct lab_ep *lab = to_lab_ep(pci);

	return readl(lab->board->ctl + LAB_LINK_STATUS) & LAB_LINK_UP;
}

static int lab_start_link(struct dw_pcie *pci)
{
	struct lab_ep *lab = to_lab_ep(pci);

	writel(LAB_LTSSM_ENABLE, lab->board->ctl + LAB_LINK_CONTROL);
	return 0;
}

static void lab_stop_link(struct dw_pcie *pci)
{
	struct lab_ep *lab = to_lab_ep(pci);

	writel(0, lab->board->ctl + LAB_LINK_CONTROL);
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
	return func_no * LAB_FUNC_STRIDE;
}

static const struct dw_pcie_ep_ops lab_ep_ops = {
	.raise_irq = lab_raise_irq,
	.get_features = lab_get_features,
	.get_dbi_offset = lab_func_offset,
	.get_dbi2_offset = lab_func_offset,
};

static irqreturn_t lab_link_event(int irq, void *data)
{
	struct lab_ep *lab = data;
	void __iomem *reg = lab->board->ctl + LAB_EVENTS;
	u32 events = readl(reg);

	if (!events)
		return IRQ_NONE;

	writel(events, reg);

	/*
	 * Both may be latched when the link bounced before this thread ran.
	 * Down is told first: what counts is the state that the link has now.
	 */
	if (events & (LAB_EV_LINK_DOWN | LAB_EV_HOT_RESET))
		dw_pcie_ep_linkdown(&lab->pci.ep);
	if (events & LAB_EV_LINK_UP && lab_link_up(&lab->pci))
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

	lab->board = board;
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
					   IRQF_ONESHOT, dev_name(dev), lab);
		if (ret) {
			dev_err_probe(dev, ret, "no link event interrupt\n");
			goto err_deinit;
		}
	}

	pci_epc_init_notify(ep->epc);
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
	resource_size_t len = pci_resource_len(pdev, LAB_REG_BAR);

	if (!size || offset >= len || size > len - offset)
		return dev_err_probe(&pdev->dev, -EINVAL,
				     "%s registers %#x+%#x are outside BAR %d\n",
				     name, offset, size, LAB_REG_BAR);

	board->res[board->nr_res++] =
		DEFINE_RES_MEM_NAMED(pci_resource_start(pdev, LAB_REG_BAR) +
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
	u32 type = readl(board->ctl + LAB_BAR_TYPE(bar));

	desc->type = FIELD_GET(LAB_BAR_TYPE_MASK, type);
	desc->only_64bit = type & LAB_BAR_ONLY_64BIT;
	if (desc->type > BAR_DISABLED)
		return dev_err_probe(dev, -EINVAL, "BAR %u has unknown type %u\n",
				     bar, desc->type);

	if (desc->type == BAR_FIXED)
		desc->fixed_size = readl(board->ctl + LAB_BAR_SIZE(bar));
	return 0;
}

static int lab_read_rsvd(struct device *dev, struct lab_board *board)
{
	u32 bar = readl(board->ctl + LAB_RSVD_BAR);
	struct pci_epc_bar_desc *desc;

	if (bar == LAB_RSVD_NONE)
		return 0;
	if (bar >= PCI_STD_NUM_BARS ||
	    board->features.bar[bar].type != BAR_RESERVED)
		return dev_err_probe(dev, -EINVAL,
				     "DMA registers in BAR %u, which isn't reserved\n",
				     bar);

	board->rsvd.type = PCI_EPC_BAR_RSVD_DMA_CTRL_MMIO;
	board->rsvd.offset = readl(board->ctl + LAB_RSVD_OFFSET);
	board->rsvd.size = readl(board->ctl + LAB_RSVD_SIZE);

	desc = &board->features.bar[bar];
	desc->nr_rsvd_regions = 1;
	desc->rsvd_regions = &board->rsvd;
	return 0;
}

static int lab_read_features(struct device *dev, struct lab_board *board)
{
	struct pci_epc_features *features = &board->features;
	u32 flags = readl(board->ctl + LAB_FEATURES);
	unsigned int bar;
	int ret;

	features->align = readl(board->ctl + LAB_ALIGN);
	features->msi_capable = !!(flags & LAB_F_MSI);
	features->msix_capable = !!(flags & LAB_F_MSIX);
	features->linkup_notifier = !!(flags & LAB_F_LINKUP);
	features->dynamic_inbound_mapping = !!(flags & LAB_F_SUBRANGE);
	features->subrange_mapping = !!(flags & LAB_F_SUBRANGE);

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		ret = lab_read_bar(dev, board, bar);
		if (ret)
			return ret;
	}

	return lab_read_rsvd(dev, board);
}

static int lab_read_board(struct device *dev, struct lab_board *board)
{
	u32 magic = readl(board->ctl + LAB_MAGIC);
	u32 version = readl(board->ctl + LAB_VERSION);
	u32 channels;

	if (magic != LAB_MAGIC_VALUE || version != LAB_VERSION_VALUE)
		return dev_err_probe(dev, -ENODEV,
				     "control page has magic %#x version %u, wanted %#x version %u\n",
				     magic, version, LAB_MAGIC_VALUE,
				     LAB_VERSION_VALUE);

	board->functions = readl(board->ctl + LAB_FUNCTIONS);
	if (!board->functions || board->functions > LAB_MAX_FUNCTIONS)
		return dev_err_probe(dev, -EINVAL, "%u functions, at most %d\n",
				     board->functions, LAB_MAX_FUNCTIONS);

	board->dma_format = readl(board->ctl + LAB_DMA_FORMAT);
	channels = readl(board->ctl + LAB_DMA_CHANNELS);
	board->dma_wr = FIELD_GET(LAB_DMA_WR, channels);
	board->dma_rd = FIELD_GET(LAB_DMA_RD, channels);
	board->dma_irqs = readl(board->ctl + LAB_DMA_IRQS);
	if (!board->dma_irqs || board->dma_irqs > LAB_MAX_DMA_IRQS)
		return dev_err_probe(dev, -EINVAL,
				     "%u DMA interrupt lines, at most %d\n",
				     board->dma_irqs, LAB_MAX_DMA_IRQS);

	return lab_read_features(dev, board);
}

static int lab_find_memory(struct pci_dev *pdev, struct lab_board *board)
{
	static const struct {
		const char *name;
		unsigned int region;
	} mem[] = {
		{ "dbi", LAB_DBI_REGION },
		{ "dbi2", LAB_DBI2_REGION },
		{ "atu", LAB_ATU_REGION },
		{ "dma", LAB_DMA_REGION },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(mem); i++) {
		ret = lab_add_mem(pdev, board, mem[i].name, mem[i].region);
		if (ret)
			return ret;
	}

	board->res[board->nr_res++] =
		DEFINE_RES_MEM_NAMED(pci_resource_start(pdev, LAB_WINDOW_BAR),
				     pci_resource_len(pdev, LAB_WINDOW_BAR),
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

	if (pci_resource_len(pdev, LAB_REG_BAR) < LAB_CTL_PAGE + SZ_4K ||
	    !pci_resource_len(pdev, LAB_WINDOW_BAR))
		return dev_err_probe(dev, -ENODEV, "BAR 0 or 2 is missing\n");

	board->ctl = devm_ioremap(dev, pci_resource_start(pdev, LAB_REG_BAR) +
				  LAB_CTL_PAGE, SZ_4K);
	if (!board->ctl)
		return -ENOMEM;

	ret = lab_read_board(dev, board);
	if (ret)
		return ret;

	ret = lab_find_memory(pdev, board);
	if (ret)
		return ret;

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
	{ PCI_DEVICE(0x1234, 0xd3c0) },
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
