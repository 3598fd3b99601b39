// SPDX-License-Identifier: GPL-2.0
/*
 * Single calls of the endpoint controller interface
 *
 * For what no endpoint function driver does by itself. debugfs, in
 * dw-ep-lab-epc/:
 *
 *   aux     what the controller says of its auxiliary resources, also to one
 *           who asks with a buffer that is an entry too short:
 *             count N
 *             resource TYPE ADDR SIZE BAR   a line each, TYPE as in enum
 *                                           pci_epc_aux_resource_type, BAR -1
 *                                           for none
 *             short ERRNO touched|untouched what the short buffer got
 *   msi     "N" sends MSI N, counted from 1, of function 0 to the host
 *
 * Test only, on kernels with and without the series.
 */

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-epc.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#define LAB_EPC		"dw-ep-lab"
#define LAB_UNTOUCHED	0xa5

static struct dentry *lab_dir;

static int lab_show_all(struct seq_file *s, struct pci_epc *epc,
			struct pci_epc_aux_resource *res, int count)
{
	int i, ret;

	ret = pci_epc_get_aux_resources(epc, 0, 0, res, count);
	if (ret)
		return ret;

	for (i = 0; i < count; i++)
		seq_printf(s, "resource %d %pa %#llx %d\n", res[i].type,
			   &res[i].phys_addr, (u64)res[i].size, res[i].bar);
	return 0;
}

static void lab_show_short(struct seq_file *s, struct pci_epc *epc,
			   struct pci_epc_aux_resource *res, int count)
{
	size_t size = count * sizeof(*res);
	int ret;

	memset(res, LAB_UNTOUCHED, size);
	ret = pci_epc_get_aux_resources(epc, 0, 0, res, count - 1);
	seq_printf(s, "short %d %s\n", ret,
		   memchr_inv(res, LAB_UNTOUCHED, size) ? "touched" :
							  "untouched");
}

static int lab_show(struct seq_file *s, struct pci_epc *epc)
{
	int count = pci_epc_get_aux_resources_count(epc, 0, 0);
	int ret;

	seq_printf(s, "count %d\n", count);
	if (count <= 0)
		return 0;

	struct pci_epc_aux_resource *res __free(kfree) =
		kzalloc_objs(*res, count);
	if (!res)
		return -ENOMEM;

	ret = lab_show_all(s, epc, res, count);
	if (!ret && count > 1)
		lab_show_short(s, epc, res, count);
	return ret;
}

static int lab_aux_show(struct seq_file *s, void *unused)
{
	struct pci_epc *epc = pci_epc_get(LAB_EPC);
	int ret;

	if (IS_ERR(epc))
		return PTR_ERR(epc);

	ret = lab_show(s, epc);
	pci_epc_put(epc);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(lab_aux);

static int lab_msi_set(void *unused, u64 number)
{
	struct pci_epc *epc = pci_epc_get(LAB_EPC);
	int ret;

	if (IS_ERR(epc))
		return PTR_ERR(epc);

	ret = number > U16_MAX ? -EINVAL :
	      pci_epc_raise_irq(epc, 0, 0, PCI_IRQ_MSI, number);
	pci_epc_put(epc);
	return ret;
}
DEFINE_DEBUGFS_ATTRIBUTE(lab_msi_fops, NULL, lab_msi_set, "%llu\n");

static int __init lab_init(void)
{
	lab_dir = debugfs_create_dir("dw-ep-lab-epc", NULL);
	debugfs_create_file("aux", 0400, lab_dir, NULL, &lab_aux_fops);
	debugfs_create_file_unsafe("msi", 0200, lab_dir, NULL, &lab_msi_fops);
	return 0;
}
module_init(lab_init);

static void __exit lab_exit(void)
{
	debugfs_remove(lab_dir);
}
module_exit(lab_exit);

MODULE_DESCRIPTION("Single calls of the endpoint controller interface");
MODULE_LICENSE("GPL");
