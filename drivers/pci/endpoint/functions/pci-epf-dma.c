// SPDX-License-Identifier: GPL-2.0
/*
 * PCI endpoint function that exports DMA channels to the host
 *
 * A function of its own whose only purpose is to carry a DMA export: this file
 * has the configfs attributes and the endpoint callbacks, everything else is in
 * drivers/pci/endpoint/pci-ep-dma.c. The user's view is in
 * Documentation/PCI/endpoint/pci-dma-function.rst.
 *
 * Locking: epf->lock, held by the endpoint core around all callbacks, protects
 * struct epf_dma. The attributes take it themselves, and refuse changes from
 * when the function has a controller: bind has copied them by then.
 */

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/pci-ep-dma-export.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/pci_ids.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

/* More than any controller maps; whether it can be had shows at bind */
#define EPF_DMA_MAX_SCRATCH	SZ_256M

/**
 * struct epf_dma - one function
 * @epf: the endpoint function device
 * @header: configuration header, written through configfs
 * @group: configfs group of the attributes
 * @config: what the attributes say
 * @exp: the export, while bound
 */
struct epf_dma {
	struct pci_epf *epf;
	struct pci_epf_header header;
	struct config_group group;
	struct pci_ep_dma_config config;
	struct pci_ep_dma_export *exp;
};

/* ---- endpoint callbacks ------------------------------------------------- */

/*
 * The engine has one interrupt message address per direction. MSI has one
 * address per function, MSI-X one per vector, so only MSI is offered.
 */
static int epf_dma_check_irqs(struct pci_epf *epf,
			      const struct pci_epc_features *features)
{
	if (!features || !features->msi_capable) {
		dev_err(&epf->dev,
			"the controller has no MSI, by which the host learns of completions\n");
		return -EOPNOTSUPP;
	}

	if (!epf->msi_interrupts || epf->msi_interrupts > 32) {
		dev_err(&epf->dev, "msi_interrupts is %u: set 1 to 32\n",
			epf->msi_interrupts);
		return -EINVAL;
	}

	if (epf->msix_interrupts) {
		dev_err(&epf->dev,
			"msix_interrupts is %u: leave it 0, the engine cannot use MSI-X\n",
			epf->msix_interrupts);
		return -EINVAL;
	}

	return 0;
}

static int epf_dma_check(struct pci_epf *epf)
{
	/* Linked as secondary controller, a function has no primary one */
	if (!epf->epc) {
		dev_err(&epf->dev, "link the function to a primary controller\n");
		return -EINVAL;
	}

	if (epf->header->vendorid == (u16)PCI_ANY_ID) {
		dev_err(&epf->dev,
			"vendorid is not set: no host would see the function\n");
		return -EINVAL;
	}

	return epf_dma_check_irqs(epf, pci_epc_get_features(epf->epc,
							    epf->func_no,
							    epf->vfunc_no));
}

static void epf_dma_unbind(struct pci_epf *epf)
{
	struct epf_dma *epf_dma = epf_get_drvdata(epf);

	/* The core calls this after a failed bind, too */
	if (epf_dma->exp)
		pci_ep_dma_export_destroy(epf_dma->exp);
	epf_dma->exp = NULL;
}

static int epf_dma_bind(struct pci_epf *epf)
{
	struct epf_dma *epf_dma = epf_get_drvdata(epf);
	struct pci_ep_dma_export *exp;
	int ret;

	ret = epf_dma_check(epf);
	if (ret)
		return ret;

	/* A second controller, linked to a function that has one */
	if (epf_dma->exp)
		return -EBUSY;

	exp = pci_ep_dma_export_create(epf, &epf_dma->config);
	if (IS_ERR(exp))
		return PTR_ERR(exp);
	epf_dma->exp = exp;

	/*
	 * What epc_init returns reaches nobody. Where the controller is ready,
	 * take the channels now so that a refusal reaches the user.
	 */
	if (!epf->epc->init_complete)
		return 0;

	ret = pci_ep_dma_export_claim(exp);
	if (ret)
		epf_dma_unbind(epf);

	return ret;
}

static int epf_dma_set_up(struct pci_epf *epf)
{
	struct epf_dma *epf_dma = epf_get_drvdata(epf);
	struct pci_epc *epc = epf->epc;
	int ret;

	ret = pci_ep_dma_export_claim(epf_dma->exp);
	if (ret)
		return ret;

	ret = pci_epc_write_header(epc, epf->func_no, epf->vfunc_no,
				   epf->header);
	if (ret) {
		dev_err(&epf->dev, "cannot write the header: %d\n", ret);
		return ret;
	}

	ret = pci_epc_set_msi(epc, epf->func_no, epf->vfunc_no,
			      epf->msi_interrupts);
	if (ret) {
		dev_err(&epf->dev, "cannot set up MSI: %d\n", ret);
		return ret;
	}

	return pci_ep_dma_export_publish(epf_dma->exp);
}

/* May come twice for one initialisation of the controller */
static int epf_dma_epc_init(struct pci_epf *epf)
{
	struct epf_dma *epf_dma = epf_get_drvdata(epf);
	int ret;

	if (!epf_dma->exp)
		return 0;

	ret = epf_dma_set_up(epf);
	if (ret)
		pci_ep_dma_export_release(epf_dma->exp);

	return ret;
}

static void epf_dma_epc_deinit(struct pci_epf *epf)
{
	struct epf_dma *epf_dma = epf_get_drvdata(epf);

	if (epf_dma->exp)
		pci_ep_dma_export_release(epf_dma->exp);
}

static int epf_dma_link_up(struct pci_epf *epf)
{
	struct epf_dma *epf_dma = epf_get_drvdata(epf);

	if (epf_dma->exp)
		pci_ep_dma_export_link_up(epf_dma->exp);

	return 0;
}

static int epf_dma_link_down(struct pci_epf *epf)
{
	struct epf_dma *epf_dma = epf_get_drvdata(epf);

	if (epf_dma->exp)
		pci_ep_dma_export_link_down(epf_dma->exp);

	return 0;
}

static const struct pci_epc_event_ops epf_dma_event_ops = {
	.epc_init = epf_dma_epc_init,
	.epc_deinit = epf_dma_epc_deinit,
	.link_up = epf_dma_link_up,
	.link_down = epf_dma_link_down,
};

/* ---- configfs ----------------------------------------------------------- */

static struct epf_dma *to_epf_dma(struct config_item *item)
{
	return container_of(to_config_group(item), struct epf_dma, group);
}

/* Attributes are free to change until the function has a controller */
static bool epf_dma_is_bound(struct epf_dma *epf_dma)
{
	lockdep_assert_held(&epf_dma->epf->lock);

	return epf_dma->epf->epc || epf_dma->epf->sec_epc ||
	       epf_dma->epf->epf_pf;
}

static ssize_t epf_dma_bar_show(enum pci_barno bar, char *page)
{
	if (bar == NO_BAR)
		return sysfs_emit(page, "auto\n");

	return sysfs_emit(page, "%d\n", bar);
}

static ssize_t epf_dma_bar_store(struct epf_dma *epf_dma, enum pci_barno *bar,
				 const char *page, size_t len)
{
	enum pci_barno val = NO_BAR;
	u8 num;
	int ret;

	if (!sysfs_streq(page, "auto")) {
		ret = kstrtou8(page, 0, &num);
		if (ret)
			return ret;
		if (num > BAR_5)
			return -ERANGE;
		val = num;
	}

	guard(mutex)(&epf_dma->epf->lock);
	if (epf_dma_is_bound(epf_dma))
		return -EBUSY;
	*bar = val;

	return len;
}

static ssize_t epf_dma_chans_show(const unsigned long *chans, char *page)
{
	return sysfs_emit(page, "%*pbl\n", PCI_EP_DMA_EXPORT_MAX_CHANS, chans);
}

static ssize_t epf_dma_chans_store(struct epf_dma *epf_dma,
				   unsigned long *chans, const char *page,
				   size_t len)
{
	DECLARE_BITMAP(val, PCI_EP_DMA_EXPORT_MAX_CHANS);
	int ret;

	ret = bitmap_parselist(page, val, PCI_EP_DMA_EXPORT_MAX_CHANS);
	if (ret)
		return ret;

	guard(mutex)(&epf_dma->epf->lock);
	if (epf_dma_is_bound(epf_dma))
		return -EBUSY;
	bitmap_copy(chans, val, PCI_EP_DMA_EXPORT_MAX_CHANS);

	return len;
}

static ssize_t epf_dma_metadata_bar_show(struct config_item *item, char *page)
{
	return epf_dma_bar_show(to_epf_dma(item)->config.metadata_bar, page);
}

static ssize_t epf_dma_metadata_bar_store(struct config_item *item,
					  const char *page, size_t len)
{
	struct epf_dma *epf_dma = to_epf_dma(item);

	return epf_dma_bar_store(epf_dma, &epf_dma->config.metadata_bar, page,
				 len);
}

static ssize_t epf_dma_window_bar_show(struct config_item *item, char *page)
{
	return epf_dma_bar_show(to_epf_dma(item)->config.window_bar, page);
}

static ssize_t epf_dma_window_bar_store(struct config_item *item,
					const char *page, size_t len)
{
	struct epf_dma *epf_dma = to_epf_dma(item);

	return epf_dma_bar_store(epf_dma, &epf_dma->config.window_bar, page,
				 len);
}

static ssize_t epf_dma_wr_chans_show(struct config_item *item, char *page)
{
	return epf_dma_chans_show(to_epf_dma(item)->config.wr_chans, page);
}

static ssize_t epf_dma_wr_chans_store(struct config_item *item,
				      const char *page, size_t len)
{
	struct epf_dma *epf_dma = to_epf_dma(item);

	return epf_dma_chans_store(epf_dma, epf_dma->config.wr_chans, page,
				   len);
}

static ssize_t epf_dma_rd_chans_show(struct config_item *item, char *page)
{
	return epf_dma_chans_show(to_epf_dma(item)->config.rd_chans, page);
}

static ssize_t epf_dma_rd_chans_store(struct config_item *item,
				      const char *page, size_t len)
{
	struct epf_dma *epf_dma = to_epf_dma(item);

	return epf_dma_chans_store(epf_dma, epf_dma->config.rd_chans, page,
				   len);
}

static ssize_t epf_dma_scratch_size_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%zu\n", to_epf_dma(item)->config.scratch_size);
}

static ssize_t epf_dma_scratch_size_store(struct config_item *item,
					  const char *page, size_t len)
{
	struct epf_dma *epf_dma = to_epf_dma(item);
	unsigned int val;
	int ret;

	ret = kstrtouint(page, 0, &val);
	if (ret)
		return ret;
	if (val > EPF_DMA_MAX_SCRATCH)
		return -ERANGE;

	guard(mutex)(&epf_dma->epf->lock);
	if (epf_dma_is_bound(epf_dma))
		return -EBUSY;
	epf_dma->config.scratch_size = val;

	return len;
}

CONFIGFS_ATTR(epf_dma_, metadata_bar);
CONFIGFS_ATTR(epf_dma_, window_bar);
CONFIGFS_ATTR(epf_dma_, wr_chans);
CONFIGFS_ATTR(epf_dma_, rd_chans);
CONFIGFS_ATTR(epf_dma_, scratch_size);

static struct configfs_attribute *epf_dma_attrs[] = {
	&epf_dma_attr_metadata_bar,
	&epf_dma_attr_window_bar,
	&epf_dma_attr_wr_chans,
	&epf_dma_attr_rd_chans,
	&epf_dma_attr_scratch_size,
	NULL,
};

static const struct config_item_type epf_dma_group_type = {
	.ct_attrs	= epf_dma_attrs,
	.ct_owner	= THIS_MODULE,
};

static struct config_group *epf_dma_add_cfs(struct pci_epf *epf,
					    struct config_group *group)
{
	struct epf_dma *epf_dma = epf_get_drvdata(epf);

	config_group_init_type_name(&epf_dma->group, dev_name(&epf->dev),
				    &epf_dma_group_type);

	return &epf_dma->group;
}

/* ---- driver ------------------------------------------------------------- */

static const struct pci_epf_device_id epf_dma_ids[] = {
	{ .name = "pci_epf_dma" },
	{},
};

static int epf_dma_probe(struct pci_epf *epf,
			 const struct pci_epf_device_id *id)
{
	struct epf_dma *epf_dma;

	epf_dma = devm_kzalloc(&epf->dev, sizeof(*epf_dma), GFP_KERNEL);
	if (!epf_dma)
		return -ENOMEM;

	epf_dma->epf = epf;
	epf_dma->config.metadata_bar = NO_BAR;
	epf_dma->config.window_bar = NO_BAR;
	bitmap_fill(epf_dma->config.bars, PCI_STD_NUM_BARS);
	epf_dma->header = (struct pci_epf_header) {
		.vendorid = PCI_ANY_ID,
		.deviceid = PCI_ANY_ID,
		.baseclass_code = PCI_BASE_CLASS_SYSTEM,
		.subclass_code = PCI_CLASS_SYSTEM_DMA & 0xff,
	};

	epf->header = &epf_dma->header;
	epf->msi_interrupts = 1;
	epf->event_ops = &epf_dma_event_ops;
	epf_set_drvdata(epf, epf_dma);

	return 0;
}

static const struct pci_epf_ops epf_dma_ops = {
	.bind		= epf_dma_bind,
	.unbind		= epf_dma_unbind,
	.add_cfs	= epf_dma_add_cfs,
};

static struct pci_epf_driver epf_dma_driver = {
	.driver.name	= "pci_epf_dma",
	/* The endpoint core does not call unbind() on the way */
	.driver.suppress_bind_attrs = true,
	.probe		= epf_dma_probe,
	.id_table	= epf_dma_ids,
	.ops		= &epf_dma_ops,
	.owner		= THIS_MODULE,
};

static int __init epf_dma_init(void)
{
	return pci_epf_register_driver(&epf_dma_driver);
}
module_init(epf_dma_init);

static void __exit epf_dma_exit(void)
{
	pci_epf_unregister_driver(&epf_dma_driver);
}
module_exit(epf_dma_exit);

MODULE_DESCRIPTION("PCI endpoint function exporting DMA channels");
MODULE_LICENSE("GPL");
