// SPDX-License-Identifier: GPL-2.0
/*
 * Tells the emulated endpoint controller what memory it may reach
 *
 * On silicon nothing stops a controller without an IOMMU from reaching memory
 * that a driver has unmapped or freed, and nothing tells. Here the model is
 * told: of each buffer that is mapped for the controller by the DMA API, and of
 * its end. It reports an access to memory that is gone as a violation.
 *
 * The events are the DMA API's tracepoints, so drivers stay as they are. A kernel
 * without these, or with other ones, tells nothing. What is not looked at:
 * dma_alloc_noncontiguous(), which no endpoint driver uses, and single
 * allocations from a DMA pool, which is one buffer.
 *
 * Locking: lab_lock makes one of the writes that tell of a buffer. They can come
 * from any context.
 *
 * Test only, never part of a product kernel.
 */

#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/tracepoint.h>
#include <trace/events/dma.h>

#include "../model/regmap.h"

static DEFINE_RAW_SPINLOCK(lab_lock);
static struct pci_dev *lab_pdev;
static void __iomem *lab_ctl;

/* The controller is the PCI device's child, and has its channels */
static bool lab_is_ours(const struct device *dev)
{
	return dev == &lab_pdev->dev || dev->parent == &lab_pdev->dev;
}

static void lab_tell(const struct device *dev, u32 what, dma_addr_t addr,
		     size_t len)
{
	if (!lab_is_ours(dev) || !len)
		return;

	guard(raw_spinlock_irqsave)(&lab_lock);
	writel(lower_32_bits(addr), lab_ctl + CTL_GRANT_ADDR);
	writel(upper_32_bits(addr), lab_ctl + CTL_GRANT_ADDR + 4);
	writel(min_t(size_t, len, U32_MAX), lab_ctl + what);
}

static void lab_map(void *unused, struct device *dev, phys_addr_t phys,
		    dma_addr_t addr, size_t size, enum dma_data_direction dir,
		    unsigned long attrs)
{
	lab_tell(dev, CTL_GRANT_GIVE, addr, size);
}

static void lab_unmap(void *unused, struct device *dev, dma_addr_t addr,
		      size_t size, enum dma_data_direction dir,
		      unsigned long attrs)
{
	lab_tell(dev, CTL_GRANT_TAKE, addr, size);
}

static void lab_alloc(void *unused, struct device *dev, void *virt,
		      dma_addr_t addr, size_t size,
		      enum dma_data_direction dir, gfp_t flags,
		      unsigned long attrs)
{
	if (virt)
		lab_tell(dev, CTL_GRANT_GIVE, addr, size);
}

static void lab_free(void *unused, struct device *dev, void *virt,
		     dma_addr_t addr, size_t size, enum dma_data_direction dir,
		     unsigned long attrs)
{
	lab_tell(dev, CTL_GRANT_TAKE, addr, size);
}

static void lab_map_sg(void *unused, struct device *dev, struct scatterlist *sgl,
		       int nents, int ents, enum dma_data_direction dir,
		       unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, ents, i)
		lab_tell(dev, CTL_GRANT_GIVE, sg_dma_address(sg),
			 sg_dma_len(sg));
}

/* Fewer were mapped than there are where some could be merged */
static void lab_unmap_sg(void *unused, struct device *dev,
			 struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		if (!sg_dma_len(sg))
			break;
		lab_tell(dev, CTL_GRANT_TAKE, sg_dma_address(sg),
			 sg_dma_len(sg));
	}
}

static struct lab_probe {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} lab_probes[] = {
	{ "dma_map_phys", lab_map },
	{ "dma_unmap_phys", lab_unmap },
	{ "dma_alloc", lab_alloc },
	{ "dma_free", lab_free },
	{ "dma_alloc_pages", lab_alloc },
	{ "dma_free_pages", lab_free },
	{ "dma_map_sg", lab_map_sg },
	{ "dma_unmap_sg", lab_unmap_sg },
};

/* The tracepoints are not exported, so nobody else compares the types */
static void __maybe_unused lab_check_types(void)
{
	check_trace_callback_type_dma_map_phys(lab_map);
	check_trace_callback_type_dma_unmap_phys(lab_unmap);
	check_trace_callback_type_dma_alloc(lab_alloc);
	check_trace_callback_type_dma_free(lab_free);
	check_trace_callback_type_dma_alloc_pages(lab_alloc);
	check_trace_callback_type_dma_free_pages(lab_free);
	check_trace_callback_type_dma_map_sg(lab_map_sg);
	check_trace_callback_type_dma_unmap_sg(lab_unmap_sg);
}

static void lab_find(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lab_probes); i++)
		if (!strcmp(tp->name, lab_probes[i].name))
			lab_probes[i].tp = tp;
}

static void lab_unregister(unsigned int count)
{
	while (count--)
		tracepoint_probe_unregister(lab_probes[count].tp,
					    lab_probes[count].probe, NULL);
	tracepoint_synchronize_unregister();
}

static int lab_register(void)
{
	unsigned int i;
	int ret;

	for_each_kernel_tracepoint(lab_find, NULL);
	for (i = 0; i < ARRAY_SIZE(lab_probes); i++) {
		ret = -ENOENT;
		if (lab_probes[i].tp)
			ret = tracepoint_probe_register(lab_probes[i].tp,
							lab_probes[i].probe,
							NULL);
		if (ret) {
			pr_err("no tracepoint %s: %d\n", lab_probes[i].name,
			       ret);
			lab_unregister(i);
			return ret;
		}
	}
	return 0;
}

static int __init lab_init(void)
{
	int ret;

	lab_pdev = pci_get_device(EP_VENDOR_ID, EP_DEVICE_ID, NULL);
	if (!lab_pdev)
		return -ENODEV;

	lab_ctl = ioremap(pci_resource_start(lab_pdev, EP_REG_BAR) + REG_CONTROL,
			  REG_CONTROL_SIZE);
	if (!lab_ctl) {
		pci_dev_put(lab_pdev);
		return -ENOMEM;
	}

	ret = lab_register();
	if (ret) {
		iounmap(lab_ctl);
		pci_dev_put(lab_pdev);
	}
	return ret;
}
module_init(lab_init);

static void __exit lab_exit(void)
{
	lab_unregister(ARRAY_SIZE(lab_probes));
	iounmap(lab_ctl);
	pci_dev_put(lab_pdev);
}
module_exit(lab_exit);

MODULE_DESCRIPTION("Tells the lab's endpoint controller what memory it may reach");
MODULE_LICENSE("GPL");
