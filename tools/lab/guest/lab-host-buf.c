// SPDX-License-Identifier: GPL-2.0
/*
 * Host buffer for the scatterlist test of the endpoint's own DMA channels
 *
 * Binds the test's PCI function, allocates one coherent buffer for it and
 * offers in debugfs, directory lab-host-buf:
 *
 *   addr  "BUS-ADDRESS SIZE", what the endpoint has to be told
 *   cmd   "fill SEED"            writes the host's pattern
 *         "verify SEED FROM TO"  demands the endpoint's pattern in the slots of
 *                                the lists FROM..TO and the host's elsewhere;
 *                                -EIO and a message for the first wrong byte
 *   word  the first word of the function's BAR 0, to be read and written
 *
 * Test only: it lends the endpoint a piece of host memory for nothing else.
 */

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "lab-sg.h"

#define LAB_BUF_SIZE	SZ_4M

/**
 * struct lab_buf - the buffer
 * @pdev: function the buffer is mapped for
 * @lock: serializes the commands
 * @mem: its memory
 * @dma: its bus address
 * @bar: BAR 0 of the function
 * @dir: its debugfs directory
 */
struct lab_buf {
	struct pci_dev	*pdev;
	struct mutex	lock;	/* one command at a time */
	u8		*mem;
	dma_addr_t	dma;
	void __iomem	*bar;
	struct dentry	*dir;
};

static void lab_buf_fill(struct lab_buf *buf, u32 seed)
{
	u32 i;

	for (i = 0; i < LAB_BUF_SIZE; i++)
		buf->mem[i] = lab_host_byte(seed, i);
}

static int lab_buf_expect(struct lab_buf *buf, u32 from, u32 to, u32 seed,
			  u8 (*pattern)(u32 seed, u32 offset), u32 nents)
{
	u32 i;

	for (i = from; i < to; i++) {
		u8 want = pattern(seed, i);

		if (buf->mem[i] == want)
			continue;
		pci_err(buf->pdev,
			"list %u, buffer offset %#x: %#04x, expected %#04x\n",
			nents, i, buf->mem[i], want);
		return -EIO;
	}
	return 0;
}

static int lab_buf_verify(struct lab_buf *buf, u32 seed, u32 from, u32 to)
{
	u32 pos = 0;
	u32 n;
	int ret;

	for (n = from; n <= to; n++) {
		u32 start = pos + LAB_SG_GUARD;
		u32 end = start + lab_sg_total(n);

		if (end > LAB_BUF_SIZE - LAB_SG_GUARD)
			return -ENOSPC;

		ret = lab_buf_expect(buf, pos, start, seed, lab_host_byte, n);
		if (ret)
			return ret;
		ret = lab_buf_expect(buf, start, end, seed, lab_ep_byte, n);
		if (ret)
			return ret;
		pos = end;
	}
	return lab_buf_expect(buf, pos, LAB_BUF_SIZE, seed, lab_host_byte, to);
}

static ssize_t lab_cmd_write(struct file *file, const char __user *user,
			     size_t count, loff_t *ppos)
{
	struct lab_buf *buf = file->private_data;
	u32 seed, from, to;
	char line[64];
	int ret;

	if (count >= sizeof(line))
		return -E2BIG;
	if (copy_from_user(line, user, count))
		return -EFAULT;
	line[count] = '\0';

	guard(mutex)(&buf->lock);

	if (sscanf(line, "fill %u", &seed) == 1) {
		lab_buf_fill(buf, seed);
		return count;
	}
	if (sscanf(line, "verify %u %u %u", &seed, &from, &to) != 3 ||
	    !from || from > to || to > LAB_SG_MAX_NENTS)
		return -EINVAL;

	ret = lab_buf_verify(buf, seed, from, to);
	return ret ?: count;
}

static const struct file_operations lab_cmd_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = lab_cmd_write,
};

static ssize_t lab_addr_read(struct file *file, char __user *user,
			     size_t count, loff_t *ppos)
{
	struct lab_buf *buf = file->private_data;
	char line[64];
	int len;

	len = scnprintf(line, sizeof(line), "%pad %#x\n", &buf->dma,
			LAB_BUF_SIZE);
	return simple_read_from_buffer(user, count, ppos, line, len);
}

static const struct file_operations lab_addr_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = lab_addr_read,
};

static int lab_word_get(void *data, u64 *val)
{
	struct lab_buf *buf = data;

	*val = readl(buf->bar);
	return 0;
}

static int lab_word_set(void *data, u64 val)
{
	struct lab_buf *buf = data;

	writel(val, buf->bar);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(lab_word_fops, lab_word_get, lab_word_set, "%#llx\n");

static int lab_buf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev = &pdev->dev;
	struct lab_buf *buf;
	int ret;

	buf = devm_kzalloc(dev, sizeof(*buf), GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	buf->pdev = pdev;
	ret = devm_mutex_init(dev, &buf->lock);
	if (ret)
		return ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;

	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;

	buf->mem = dmam_alloc_coherent(dev, LAB_BUF_SIZE, &buf->dma,
				       GFP_KERNEL);
	if (!buf->mem)
		return -ENOMEM;

	buf->bar = pcim_iomap(pdev, 0, 0);
	if (!buf->bar)
		return -ENOMEM;

	pci_set_master(pdev);
	pci_set_drvdata(pdev, buf);

	buf->dir = debugfs_create_dir("lab-host-buf", NULL);
	debugfs_create_file("addr", 0400, buf->dir, buf, &lab_addr_fops);
	debugfs_create_file("cmd", 0200, buf->dir, buf, &lab_cmd_fops);
	debugfs_create_file_unsafe("word", 0600, buf->dir, buf, &lab_word_fops);
	return 0;
}

static void lab_buf_remove(struct pci_dev *pdev)
{
	struct lab_buf *buf = pci_get_drvdata(pdev);

	debugfs_remove(buf->dir);
	pci_clear_master(pdev);
}

static const struct pci_device_id lab_buf_ids[] = {
	{ PCI_DEVICE(0x1234, 0xd3c1) },
	{ }
};
MODULE_DEVICE_TABLE(pci, lab_buf_ids);

static struct pci_driver lab_buf_driver = {
	.name = KBUILD_MODNAME,
	.id_table = lab_buf_ids,
	.probe = lab_buf_probe,
	.remove = lab_buf_remove,
};
module_pci_driver(lab_buf_driver);

MODULE_DESCRIPTION("Host buffer for the lab's scatterlist test");
MODULE_LICENSE("GPL");
